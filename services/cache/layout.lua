-- Comes before every script: the names of the keys of the index that is asked for, how numbers and ids are written, how
-- entries are found by when they were published, and which groups are one.
-- KEYS: Keys.serving. ARGV, before what the script itself takes: the index's name, or `*` for the one that is served.
local prefix = string.match(KEYS[1], '^(.*:)serving$')
local building, hold, retired = prefix .. 'building', prefix .. 'hold', prefix .. 'retired'
local asked, served = table.remove(ARGV, 1), redis.call('GET', KEYS[1]) or ''
local index = asked == '*' and served or asked
local function key_of(name, key) return prefix .. (name == '' and '' or name .. ':') .. key end
local function own(key) return key_of(index, key) end
local state, positions, stream, articles = own('state'), own('positions'), own('stream'), own('articles')
local superseded, facets, values = own('superseded'), own('facet:'), own('values:')
local published, joined = own('published:'), own('joined')

-- A sorted set for each day of publication holds, instead of every sequence, the blocks of sequences that have some of
-- that day, scored by the last one that has: articles arrive much as they are published, so a block has few days, and
-- a member of a sorted set costs 92 bytes. Which of a block it is, the entries themselves tell. Those of a day that has
-- only a few in a block stand alone, in a second set (`few:`), so that no block is read for one that came late.
local BLOCK_ENTRIES, FEW_ENTRIES = 32, 3
local DAY_MS = 86400000
local FORM = '2' -- of the index; 1 knew nothing of when articles were published

-- Lua writes large numbers as 1.7e+12.
local function whole(number) return string.format('%.0f', number) end

local function hex_of(bytes)
  return (string.gsub(bytes, '.', function(byte) return string.format('%02x', string.byte(byte)) end))
end

local function block_of(sequence) return math.floor(sequence / BLOCK_ENTRIES) end

local function day_of(ms) return math.floor(ms / DAY_MS) end

-- The group that this one is part of by now. `joined` holds, for a group that turned out to be part of another, that
-- other and the sequence of the article that showed it: `<other>:<sequence>`.
local JOINS_FOLLOWED = 100
local function root_of(group)
  for _ = 1, JOINS_FOLLOWED do
    local other = redis.call('HGET', joined, group)
    if not other then return group end
    group = string.match(other, '^%x+')
  end
  return group
end

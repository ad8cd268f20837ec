-- Reads one page of the index, in order of arrival or newest first. Changes nothing.
-- KEYS: Keys.index, in its order.
-- ARGV: order (asc | desc), epoch, sequence and time (ms) of the cursor (sequence -1: none, begin at this order's
--   first), margin (ms), limit, budget (entries looked at), revisions (all | latest), excluded facet or '', then the
--   facets that an article must have.
-- Gives {epoch, newest sequence, its time, 1 where the cursor was of another epoch, place, its time,
--   1 where nothing is left, {id, revision, sequence, time, facets}, ...}; place: what was looked at, up to here.
local state, _, stream, _, superseded, facets = unpack(KEYS)
local ascending, epoch = ARGV[1] == 'asc', ARGV[2]
local from, from_time, margin = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local limit, budget, latest, excluded = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8] == 'latest', ARGV[9]

local CHUNK = 200

local function whole(number) return string.format('%.0f', number) end

local kept = redis.call('HMGET', state, 'epoch', 'sequence', 'time', 'pruned', 'lineage')
if not kept[1] then return {'', 0, '0', 0, 0, '0', 1} end
local last, last_time, pruned = tonumber(kept[2] or '0'), tonumber(kept[3] or '0'), tonumber(kept[4] or '0')

local function time_at(sequence)
  local entry = redis.call('XRANGE', stream, whole(sequence) .. '-0', '+', 'COUNT', 1)[1]
  return entry and tonumber(entry[2][6]) or last_time
end

-- The smallest sequence from which on every entry was applied at that time or later. Times never fall.
local function first_since(time)
  local oldest = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
  local low, high = oldest and tonumber(string.match(oldest[1], '^%d+')) or last + 1, last + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if time_at(middle) >= time then high = middle else low = middle + 1 end
  end
  return low
end

-- A reader of an epoch that this index never had may lack anything that it holds: what an older copy of the data
-- brought back has times from before the reader's.
local function descends_from(other)
  return other == kept[1] or string.find(' ' .. (kept[5] or '') .. ' ', ' ' .. other .. ' ', 1, true) ~= nil
end

local resumed = from >= 0 and (epoch ~= kept[1] or from > last)
if resumed and descends_from(epoch) then
  from = ascending and first_since(from_time - margin) - 1 or first_since(from_time + margin + 1)
elseif resumed then
  from = ascending and 0 or last + 1
elseif from < 0 then
  from = ascending and 0 or last + 1
end

-- The smallest of the facets is walked, the others are asked about each of its members.
local base, others = nil, {}
for at = 10, #ARGV do
  local key = facets .. ARGV[at]
  local size = redis.call('ZCARD', key)
  if base and base.size <= size then
    others[#others + 1] = key
  else
    if base then others[#others + 1] = base.key end
    base = {key = key, size = size}
  end
end
local unwanted = {}
if latest and redis.call('ZCARD', superseded) > 0 then unwanted[1] = superseded end
if excluded ~= '' then unwanted[#unwanted + 1] = facets .. excluded end

local function walk_facet(at)
  if ascending then return redis.call('ZRANGEBYSCORE', base.key, '(' .. whole(at), '+inf', 'LIMIT', 0, CHUNK) end
  return redis.call('ZREVRANGEBYSCORE', base.key, '(' .. whole(at), '-inf', 'LIMIT', 0, CHUNK)
end

-- The stream is trimmed by whole nodes: it may still hold what was forgotten.
local function walk_stream(at)
  local entries = {}
  if ascending then
    entries = redis.call('XRANGE', stream, whole(math.max(at, pruned) + 1) .. '-0', '+', 'COUNT', CHUNK)
  elseif at > pruned + 1 then
    entries = redis.call('XREVRANGE', stream, whole(at - 1) .. '-0', whole(pruned + 1) .. '-0', 'COUNT', CHUNK)
  end
  local numbers = {}
  for index, entry in ipairs(entries) do numbers[index] = string.match(entry[1], '^%d+') end
  return numbers
end

-- With `wanted`, members that the set holds; else those that it does not.
local function only(numbers, key, wanted)
  if #numbers == 0 then return numbers end
  local scores, held = redis.call('ZMSCORE', key, unpack(numbers)), {}
  for index, number in ipairs(numbers) do
    if (scores[index] and true or false) == wanted then held[#held + 1] = number end
  end
  return held
end

local found, place, left = {}, from, true
while left and #found < limit and budget > 0 do
  local numbers = base and walk_facet(place) or walk_stream(place)
  budget, left = budget - #numbers, #numbers == CHUNK
  local reached = #numbers > 0 and tonumber(numbers[#numbers]) or place
  for _, key in ipairs(others) do numbers = only(numbers, key, true) end
  for _, key in ipairs(unwanted) do numbers = only(numbers, key, false) end
  for index, number in ipairs(numbers) do
    -- One more than the page holds: there is a next page.
    if #found == limit then left, reached = true, tonumber(numbers[index - 1]) break end
    found[#found + 1] = number
  end
  place = reached
end

local place_time
if left then
  place_time = time_at(place)
else
  place, place_time = ascending and math.max(last, from) or 0, ascending and last_time or 0
end
local answer = {kept[1], last, whole(last_time), resumed and 1 or 0, place, whole(place_time), left and 0 or 1}
for _, number in ipairs(found) do
  local entry = redis.call('XRANGE', stream, number .. '-0', number .. '-0')[1]
  if entry then
    local fields = entry[2]
    answer[#answer + 1] = {fields[2], fields[4], number, fields[6], fields[10]}
  end
end
return answer

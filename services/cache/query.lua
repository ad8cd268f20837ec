-- Reads one page of the index, in order of arrival or newest first. Changes nothing.
-- ARGV: order (asc | desc), epoch, sequence and time (ms) of the cursor (sequence -1: none, begin at this order's
--   first), margin (ms), limit, budget (entries looked at), revisions (all | latest), removals (1 where they are
--   told), excluded facet or '', earliest and latest time of publication (ms, both included) or '', then the facets that an article must have.
-- Gives {epoch, newest sequence, its time, 1 where the cursor was of another epoch, place, its time,
--   1 where nothing is left, name of the index, the sequence up to which it has forgotten,
--   {id, revision, sequence, time, facets, published}, ...}; place: what was looked at, up to here. Gives {} where published times are asked for and the index is of a form that does not know them.
local ascending, epoch = ARGV[1] == 'asc', ARGV[2]
local from, from_time, margin = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local limit, budget, latest, excluded = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8] == 'latest', ARGV[10]
local published_from, published_to = tonumber(ARGV[11]), tonumber(ARGV[12])
local dated = published_from or published_to

local CHUNK = 200
-- Of the days that are asked for: members read of each at once, and entries looked at in one step.
local SOURCE_MEMBERS, STEP_ENTRIES = 8, 500
-- Merged at most, at some 4 µs a step each; a reader of more days than that asks for nearly everything.
local MERGED_DAYS = 1000

local kept = redis.call('HMGET', state, 'epoch', 'sequence', 'time', 'pruned', 'lineage', 'form')
if not kept[1] then return {'', 0, '0', 0, 0, '0', 1, index, 0} end
if dated and kept[6] ~= FORM then return {} end
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
for at = 13, #ARGV do
  local group = string.match(ARGV[at], '^group:(.*)$')
  local key = facets .. (group and 'group:' .. root_of(group) or ARGV[at])
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
if ARGV[9] ~= '1' and redis.call('ZCARD', facets .. 'removed') > 0 then unwanted[#unwanted + 1] = facets .. 'removed' end
if excluded ~= '' then unwanted[#unwanted + 1] = facets .. excluded end

local function is_in_time(entry)
  local at = tonumber(entry[2][12] or '')
  return at and (not published_from or at >= published_from) and (not published_to or at <= published_to)
end

local function append(numbers, entries)
  for _, entry in ipairs(entries) do
    if not dated or is_in_time(entry) then numbers[#numbers + 1] = string.match(entry[1], '^%d+') end
  end
end

-- Each walk gives sequences from a place on, the place up to which it looked, whether there is more, and how many
-- entries it looked at.
local function walk_facet(at)
  local numbers
  if ascending then
    numbers = redis.call('ZRANGEBYSCORE', base.key, '(' .. whole(at), '+inf', 'LIMIT', 0, CHUNK)
  else
    numbers = redis.call('ZREVRANGEBYSCORE', base.key, '(' .. whole(at), '-inf', 'LIMIT', 0, CHUNK)
  end
  return numbers, tonumber(numbers[#numbers]) or at, #numbers == CHUNK, #numbers
end

-- Entries from low to high, both included, in this order. The stream is trimmed by whole nodes: it may still hold what
-- was forgotten.
local function entries_between(low, high, count)
  low = whole(math.max(low, pruned + 1)) .. '-0'
  high = high and whole(math.max(high, 0)) .. '-0' or '+'
  if ascending then return redis.call('XRANGE', stream, low, high, 'COUNT', count) end
  return redis.call('XREVRANGE', stream, high, low, 'COUNT', count)
end

local function walk_stream(at)
  local entries = ascending and entries_between(at + 1, nil, CHUNK) or entries_between(0, at - 1, CHUNK)
  local numbers = {}
  append(numbers, entries)
  local reached = #entries > 0 and tonumber(string.match(entries[#entries][1], '^%d+')) or at
  return numbers, reached, #entries == CHUNK, #entries
end

local days = {}
if dated then
  days = redis.call('ZRANGEBYSCORE', published .. 'days', published_from and whole(day_of(published_from)) or '-inf',
                    published_to and whole(day_of(published_to)) or '+inf', 'LIMIT', 0, MERGED_DAYS + 1)
end

-- Where entries of these days stand: in blocks, and alone.
local sources, entries_of_days = {}, 0
if #days <= MERGED_DAYS then
  for _, day in ipairs(days) do
    for _, source in ipairs({{key = published .. day, size = BLOCK_ENTRIES}, {key = published .. 'few:' .. day, size = 1}}) do
      local members = redis.call('ZCARD', source.key)
      if members > 0 then sources[#sources + 1] = source end
      entries_of_days = entries_of_days + members * source.size
    end
  end
end

local function members_of(source, at)
  if ascending then
    return redis.call('ZRANGEBYSCORE', source.key, '(' .. whole(at), '+inf', 'LIMIT', 0, SOURCE_MEMBERS)
  end
  local last_of_block = (math.floor((at - 1) / source.size) + 1) * source.size - 1
  return redis.call('ZREVRANGEBYSCORE', source.key, whole(last_of_block), '-inf', 'LIMIT', 0, SOURCE_MEMBERS)
end

local function comes_before(one, other)
  if ascending then return one < other end
  return one > other
end

-- The next blocks, and entries alone, in their order: by the edge at which each is reached. Of a source that has more
-- than were asked for, none is known beyond the last of them.
local function next_spans(at)
  local sizes, edges, known_to = {}, {}, nil
  for _, source in ipairs(sources) do
    local members, far = members_of(source, at), nil
    for _, member in ipairs(members) do
      local low, high = tonumber(member) * source.size, (tonumber(member) + 1) * source.size - 1
      local edge = ascending and low or high
      far = ascending and high or low
      sizes[edge] = math.max(sizes[edge] or 0, source.size)
    end
    if #members == SOURCE_MEMBERS and (not known_to or comes_before(far, known_to)) then known_to = far end
  end
  for edge in pairs(sizes) do
    if not known_to or not comes_before(known_to, edge) then edges[#edges + 1] = edge end
  end
  table.sort(edges, comes_before)
  return edges, sizes, known_to ~= nil
end

local function walk_days(at)
  local numbers, reached, looked = {}, at, #sources
  local edges, sizes, more = next_spans(at)
  for _, edge in ipairs(edges) do
    if looked - #sources >= STEP_ENTRIES then return numbers, reached, true, looked end
    local entries
    if ascending then
      local high = edge + sizes[edge] - 1
      entries = entries_between(math.max(edge, reached + 1), high, BLOCK_ENTRIES)
      reached = math.max(reached, math.min(high, last))
    else
      local low = edge - sizes[edge] + 1
      entries = entries_between(low, math.min(edge, reached - 1), BLOCK_ENTRIES)
      reached = math.min(reached, low)
    end
    append(numbers, entries)
    looked = looked + #entries
  end
  return numbers, reached, more, looked
end

-- Days are walked where they have fewer entries, at the most, than what would be walked without them.
local walk = base and walk_facet or walk_stream
if dated and #days <= MERGED_DAYS and entries_of_days < (base and base.size or last - pruned) then
  walk = walk_days
  if base then others[#others + 1] = base.key end
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

local function only_in_time(numbers)
  local held = {}
  for _, number in ipairs(numbers) do
    append(held, redis.call('XRANGE', stream, number .. '-0', number .. '-0'))
  end
  return held
end

local found, place, left, looked = {}, from, true, 0
while left and #found < limit and budget > 0 do
  local numbers, reached
  numbers, reached, left, looked = walk(place)
  for _, key in ipairs(others) do numbers = only(numbers, key, true) end
  for _, key in ipairs(unwanted) do numbers = only(numbers, key, false) end
  if dated and walk == walk_facet then
    looked, numbers = looked + #numbers, only_in_time(numbers)
  end
  budget = budget - looked
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
local answer = {kept[1], last, whole(last_time), resumed and 1 or 0, place, whole(place_time), left and 0 or 1,
                index, pruned}
for _, number in ipairs(found) do
  local entry = redis.call('XRANGE', stream, number .. '-0', number .. '-0')[1]
  if entry then
    local fields = entry[2]
    answer[#answer + 1] = {fields[2], fields[4], number, fields[6], fields[10], fields[12] or ''}
  end
end
return answer

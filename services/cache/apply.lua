-- Applies one batch: positions, epoch, sequence, stream, facets, in one step that nothing comes between.
-- ARGV: token (of a new epoch, should one begin), for how long (ms) the index that is being built stays its builder's,
--   how many partitions, for each of them
--   partition, follows, reaches, then for each event
--   id (16 bytes), revision ('' where the article is removed), enriched (ms), facets (NUL between), source (as people
--   read it), published (ms, or ''), applied (ms, to the index that it comes from; '' for now).
-- Gives {'applied', {1 applied | 0 known before, ...}, {for each event, the newest revision of an article that is
--   removed, whose bodies must go, else 0, ...}}; {'behind', partition (1 the first), known} where Redis has lost
--   what the batch follows; {'held'} while another index is about to be served; {'lost'} where this one is no longer
--   its builder's. Only the first changes anything.
local EVENT_ARGUMENTS, PARTITION_ARGUMENTS = 7, 3
local token, lease, partitions = ARGV[1], ARGV[2], tonumber(ARGV[3])
local first_event = 4 + PARTITION_ARGUMENTS * partitions
local is_served = asked == '*'

if is_served and redis.call('EXISTS', hold) == 1 then return {'held'} end
if not is_served and redis.call('GET', building) ~= index then return {'lost'} end
for number = 1, partitions do
  local at = 4 + PARTITION_ARGUMENTS * (number - 1)
  local known = tonumber(redis.call('HGET', positions, ARGV[at]) or '-1')
  if known < tonumber(ARGV[at + 1]) then return {'behind', number, known} end
end
if not is_served then redis.call('PEXPIRE', building, lease) end

local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local kept = redis.call('HMGET', state, 'run_id', 'sequence', 'time', 'epoch', 'lineage')
local sequence, time = tonumber(kept[2] or '0'), tonumber(kept[3] or '0')
-- A call that failed half-way leaves entries that the state does not count.
local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
if newest then sequence = math.max(sequence, tonumber(string.match(newest[1], '^%d+'))) end

-- Another process of Redis: restarted, failed over or wiped, it may have lost its last second, and would then give
-- sequences again to other articles. Readers must not take those for what they have seen. The epochs before are kept:
-- only readers of those have seen what this index held then.
local LINEAGE = 100
if kept[1] ~= run_id then
  local lineage, count = {kept[4] or nil}, 0
  for epoch in string.gmatch(kept[5] or '', '%x+') do
    count = count + 1
    if count < LINEAGE then lineage[#lineage + 1] = epoch end
  end
  redis.call('HSET', state, 'run_id', run_id, 'epoch', token, 'lineage', table.concat(lineage, ' '))
end
if not kept[4] then redis.call('HSET', state, 'form', FORM) end

-- Times of applying never go backwards, so that readers can be resumed by time.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
if is_served then time = math.max(time, now) end

local function bytes_of(hex)
  return (string.gsub(hex, '%x%x', function(pair) return string.char(tonumber(pair, 16)) end))
end

local function add(facet, number) redis.call('ZADD', facets .. facet, number, number) end

-- What an entry was added by is kept for as long as the entry is.
local function group_for(number, group)
  local root = root_of(group)
  if root ~= group then redis.call('HSET', joined, group, root .. ':' .. number) end
  return root
end

local function add_named(id, group)
  local entry = redis.call('HGET', articles, bytes_of(id))
  local number = string.match(entry or '', '^(%d+):%d+$')
  if number then add('group:' .. group, number) end
end

-- The article that a group is named by belongs to it, whichever of them came first.
local function add_to_groups(id, number, group)
  if group then
    add('group:' .. group, number)
    add_named(group, group)
  end
  local own = hex_of(id)
  local root = group_for(number, own)
  if root ~= own or redis.call('EXISTS', facets .. 'group:' .. own) == 1 then add('group:' .. root, number) end
end

local function join(other, group, number)
  if other == group then return end
  redis.call('HSET', joined, other, group .. ':' .. number)
  local to, from = facets .. 'group:' .. group, facets .. 'group:' .. other
  redis.call('ZUNIONSTORE', to, 2, to, from, 'AGGREGATE', 'MAX')
  redis.call('DEL', from)
  add_named(other, group)
end

-- A group that is joined may be part of another already.
local function with_joined_roots(names)
  if not string.find(names, '%zjoined:') then return names end
  local rooted = {}
  for facet in string.gmatch(names, '%Z+') do
    local group = string.match(facet, '^joined:(%x+)$')
    rooted[#rooted + 1] = group and 'joined:' .. root_of(group) or facet
  end
  return table.concat(rooted, '\0')
end

local function add_published(number, at)
  local day = whole(day_of(at))
  local block, first = whole(block_of(number)), whole(block_of(number) * BLOCK_ENTRIES)
  local few = published .. 'few:' .. day
  redis.call('ZADD', published .. 'days', day, day)
  if not redis.call('ZSCORE', published .. day, block) then
    if redis.call('ZCOUNT', few, first, number) < FEW_ENTRIES then return redis.call('ZADD', few, number, number) end
    redis.call('ZREMRANGEBYSCORE', few, first, number)
  end
  redis.call('ZADD', published .. day, number, block)
end

local function apply(id, revision, enriched, names, source, published_at, applied_at)
  local before = redis.call('HGET', articles, id)
  local old, old_revision = string.match(before or '', '^(%d+):(%d+)')
  if old and tonumber(old_revision) >= tonumber(revision) then
    return 0, string.find(before, 'removed', 1, true) and tonumber(old_revision) or 0
  end
  sequence, time = sequence + 1, math.max(time, tonumber(applied_at) or now)
  local number, group = whole(sequence), nil
  names = with_joined_roots(names)
  redis.call('XADD', stream, number .. '-0', 'i', id, 'r', revision, 't', whole(time),
             'e', whole(math.min(tonumber(enriched), now)), 'f', names, 'p', published_at)
  if published_at ~= '' then add_published(number, published_at) end
  if old then redis.call('ZADD', superseded, old, old) end
  for facet in string.gmatch(names, '%Z+') do
    local dimension, value = string.match(facet, '^(%l+):(.*)$')
    if dimension == 'group' then
      group = group_for(number, value)
    elseif dimension == 'joined' then
      join(value, group, number)
    else
      add(facet, number)
      if dimension then redis.call('HSET', values .. dimension, value, dimension == 'source' and source or value) end
    end
  end
  redis.call('HSET', articles, id, number .. ':' .. revision)
  add_to_groups(id, number, group)
  return 1, 0
end

-- Of an article that is removed its number of revisions stays, so that none of them comes back. What tells of the removal
-- is found by all that the article was found by.
local function remove(id, enriched, applied_at)
  local before = redis.call('HGET', articles, id) or ''
  local old, revision = string.match(before, '^(%d+):(%d+)$')
  if not old then return 0, tonumber(string.match(before, ':(%d+):removed$') or '0') end
  local fields = redis.call('XRANGE', stream, old .. '-0', old .. '-0')[1][2]
  local names, published_at = fields[10], fields[12] or ''
  sequence, time = sequence + 1, math.max(time, tonumber(applied_at) or now)
  local number, group = whole(sequence), nil
  redis.call('XADD', stream, number .. '-0', 'i', id, 'r', revision, 't', whole(time),
             'e', whole(math.min(tonumber(enriched), now)), 'f', names .. '\0removed', 'p', published_at)
  if published_at ~= '' then add_published(number, published_at) end
  redis.call('ZADD', superseded, old, old)
  for facet in string.gmatch(names, '%Z+') do
    local dimension, value = string.match(facet, '^(%l+):(.*)$')
    if dimension == 'group' then group = group_for(number, value) elseif dimension ~= 'joined' then add(facet, number) end
  end
  add('removed', number)
  add_to_groups(id, number, group)
  redis.call('HSET', articles, id, number .. ':' .. revision .. ':removed')
  return 1, tonumber(revision)
end

local applied, removed = {}, {}
for at = first_event, #ARGV, EVENT_ARGUMENTS do
  if ARGV[at + 1] == '' then
    applied[#applied + 1], removed[#removed + 1] = remove(ARGV[at], ARGV[at + 2], ARGV[at + 6])
  else
    applied[#applied + 1], removed[#removed + 1] = apply(unpack(ARGV, at, at + EVENT_ARGUMENTS - 1))
  end
end
redis.call('HSET', state, 'sequence', whole(sequence), 'time', whole(time))
for number = 1, partitions do
  local at = 4 + PARTITION_ARGUMENTS * (number - 1)
  local known = tonumber(redis.call('HGET', positions, ARGV[at]) or '-1')
  redis.call('HSET', positions, ARGV[at], whole(math.max(known, tonumber(ARGV[at + 2]))))
end
return {'applied', applied, removed}

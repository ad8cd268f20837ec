-- Serves the index of that name in place of the one that is served, if it holds all that this one holds.
-- ARGV: token (of the new epoch), for how long (ms) the old index stays for those who are reading it.
-- Gives 'switched'; 'differs' where the agents have applied more meanwhile; 'lost' where it is not its builder's any more.
local token, rest = ARGV[1], tonumber(ARGV[2])
local LINEAGE = 100

if redis.call('GET', building) ~= index then return 'lost' end

local function positions_of(name)
  local found, flat = {}, redis.call('HGETALL', key_of(name, 'positions'))
  for at = 1, #flat, 2 do found[flat[at]] = flat[at + 1] end
  return found
end

local new, old = positions_of(index), positions_of(served)
for partition, offset in pairs(old) do
  if new[partition] ~= offset then return 'differs' end
end
for partition in pairs(new) do
  if not old[partition] then return 'differs' end
end

-- Readers of the old index, and of those before it, are resumed by time: what came later there has no earlier time here.
local kept = redis.call('HMGET', key_of(served, 'state'), 'epoch', 'lineage', 'time', 'run_id')
local lineage = {kept[1] or nil}
for epoch in string.gmatch(kept[2] or '', '%x+') do
  if #lineage < LINEAGE then lineage[#lineage + 1] = epoch end
end
local time = math.max(tonumber(kept[3] or '0'), tonumber(redis.call('HGET', state, 'time') or '0'))
redis.call('HSET', state, 'epoch', token, 'lineage', table.concat(lineage, ' '), 'time', whole(time),
           'run_id', kept[4] or '', 'form', FORM)

local clock = redis.call('TIME')
redis.call('HSET', retired, served, whole(tonumber(clock[1]) * 1000 + rest))
redis.call('HDEL', retired, index)
redis.call('SET', KEYS[1], index)
redis.call('DEL', building, hold)
return 'switched'

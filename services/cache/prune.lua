-- Forgets, oldest first, what is older than the retention: a bounded number of entries a call.
-- ARGV: retention (ms; 0: whatever their age), entries at most.
-- Gives id and revision of each that was forgotten. Of an index that is asked for by its name nothing is, while it is
-- served or being built.
if asked ~= '*' and (index == served or index == redis.call('GET', building)) then return {} end
local retention, most = tonumber(ARGV[1]), tonumber(ARGV[2])

local function leave_group(group, number)
  redis.call('ZREM', facets .. 'group:' .. root_of(group), number)
end

-- Forgets that the group is part of another, if nothing later needs it.
local function part(group, number)
  local other = redis.call('HGET', joined, group)
  if other and string.match(other, '%d+$') == number then redis.call('HDEL', joined, group) end
end

local function remove(facet, number)
  redis.call('ZREM', facets .. facet, number)
  if redis.call('EXISTS', facets .. facet) == 0 then
    local dimension, value = string.match(facet, '^(%l+):(.*)$')
    if dimension then redis.call('HDEL', values .. dimension, value) end
  end
end

local function remove_all(id, names, number)
  local groups = {id}
  for facet in string.gmatch(names, '%Z+') do
    local group = string.match(facet, '^group:(%x+)$') or string.match(facet, '^joined:(%x+)$')
    if group then groups[#groups + 1] = group else remove(facet, number) end
  end
  for _, group in ipairs(groups) do leave_group(group, number) end
  for _, group in ipairs(groups) do part(group, number) end
end

-- Nothing older is left when this is called.
local function remove_published(at, number)
  local day = whole(day_of(at))
  local blocks, few = published .. day, published .. 'few:' .. day
  redis.call('ZREMRANGEBYSCORE', blocks, '-inf', number)
  redis.call('ZREMRANGEBYSCORE', few, '-inf', number)
  if redis.call('EXISTS', blocks, few) == 0 then redis.call('ZREM', published .. 'days', day) end
end

local now = redis.call('TIME')
local due = retention > 0 and tonumber(now[1]) * 1000 - retention or math.huge
local pruned = tonumber(redis.call('HGET', state, 'pruned') or '0')
local forgotten = {}
for _, entry in ipairs(redis.call('XRANGE', stream, whole(pruned + 1) .. '-0', '+', 'COUNT', most)) do
  local fields = entry[2]
  if tonumber(fields[8]) > due then break end
  local number, id = string.match(entry[1], '^%d+'), fields[2]
  remove_all(hex_of(id), fields[10], number)
  redis.call('ZREM', superseded, number)
  local published_at = tonumber(fields[12] or '')
  if published_at then remove_published(published_at, number) end
  local newest = redis.call('HGET', articles, id)
  if newest and string.match(newest, '^%d+') == number then redis.call('HDEL', articles, id) end
  pruned = tonumber(number)
  forgotten[#forgotten + 1] = {id, fields[4]}
end
if #forgotten > 0 then
  redis.call('HSET', state, 'pruned', whole(pruned))
  redis.call('XTRIM', stream, 'MINID', '~', whole(pruned + 1) .. '-0')
end
return forgotten

-- Forgets, oldest first, what is older than the retention: a bounded number of entries a call.
-- KEYS: Keys.index, in its order. ARGV: retention (ms; 0: whatever their age), entries at most.
-- Gives id and revision of each that was forgotten.
local state, _, stream, articles, superseded, facets, values, published = unpack(KEYS)
local retention, most = tonumber(ARGV[1]), tonumber(ARGV[2])

local function remove(facet, number)
  redis.call('ZREM', facets .. facet, number)
  if redis.call('EXISTS', facets .. facet) == 0 then
    local dimension, value = string.match(facet, '^(%l+):(.*)$')
    if dimension and dimension ~= 'group' then redis.call('HDEL', values .. dimension, value) end
  end
end

-- Nothing older is left when this is called.
local function remove_published(at, number)
  local day = whole(day_of(at))
  redis.call('ZREMRANGEBYSCORE', published .. day, '-inf', number)
  if redis.call('EXISTS', published .. day) == 0 then redis.call('ZREM', published .. 'days', day) end
end

local now = redis.call('TIME')
local due = retention > 0 and tonumber(now[1]) * 1000 - retention or math.huge
local pruned = tonumber(redis.call('HGET', state, 'pruned') or '0')
local forgotten = {}
for _, entry in ipairs(redis.call('XRANGE', stream, whole(pruned + 1) .. '-0', '+', 'COUNT', most)) do
  local fields = entry[2]
  if tonumber(fields[8]) > due then break end
  local number, id = string.match(entry[1], '^%d+'), fields[2]
  for facet in string.gmatch(fields[10], '%Z+') do remove(facet, number) end
  redis.call('ZREM', facets .. 'group:' .. hex_of(id), number)
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

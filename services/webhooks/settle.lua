-- Keeps what a try came to.
-- KEYS: Keys.of, in its order, then Keys.disabled.
-- ARGV: lease, message id, then: entry and when (ms) it is due again ('' and 0: it is no longer pending), entry as a
--   dead letter or '', name and why the subscription is disabled ('' and '': it is not).
-- Gives {1}; {0} where the lease is another's.
local lease, pending, due, arrived, dead, disabled = unpack(KEYS)
if redis.call('GET', lease) ~= ARGV[1] then return {0} end
local id = ARGV[2]
if ARGV[3] == '' then
  redis.call('HDEL', pending, id)
  redis.call('ZREM', due, id)
  redis.call('ZREM', arrived, id)
else
  redis.call('HSET', pending, id, ARGV[3])
  redis.call('ZADD', due, ARGV[4], id)
end
if ARGV[5] ~= '' then redis.call('HSET', dead, id, ARGV[5]) end
if ARGV[6] ~= '' then redis.call('HSET', disabled, ARGV[6], ARGV[7]) end
return {1}

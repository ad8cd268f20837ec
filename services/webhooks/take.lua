-- Moves a subscription's cursor and keeps what it passes over as pending, in one step: nothing is lost between.
-- KEYS: Keys.of, in its order, then Keys.cursors.
-- ARGV: lease, name, cursor, now (ms), id and entry of a dead letter for what can no longer be read ('' and ''), then
--   for each message: id, entry, when it arrived (ms).
-- Gives {1, then for each message 1, or 0 where it was pending before}; {0} where the lease is another's.
local lease, pending, due, arrived, dead, cursors = unpack(KEYS)
if redis.call('GET', lease) ~= ARGV[1] then return {0} end
if ARGV[5] ~= '' then redis.call('HSET', dead, ARGV[5], ARGV[6]) end
local answer = {1}
for at = 7, #ARGV, 3 do
  local new = redis.call('HSETNX', pending, ARGV[at], ARGV[at + 1])
  answer[#answer + 1] = new
  if new == 1 then
    -- A fraction of a millisecond keeps the order of arrival within one call.
    redis.call('ZADD', due, string.format('%.3f', tonumber(ARGV[4]) + (at - 7) / 3000), ARGV[at])
    redis.call('ZADD', arrived, ARGV[at + 2], ARGV[at])
  end
end
-- Last: a call that failed half-way is made again, and finds what it kept.
redis.call('HSET', cursors, ARGV[2], ARGV[3])
return answer

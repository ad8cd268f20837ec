-- Admits one request in one step: who has the credential, and whether what they may ask for is used up.
-- KEYS: Names.all, in its order.
-- ARGV: kind (none, key, session), digest of the credential, address, requests a minute of an address, and of a key
--   that has no number of its own; 0 is without limit.
-- Where Redis is full, what it cannot write is not counted: who reads shall not wait until there is room.
-- Gives {record of a good key, else false; 1 admitted | 0 not; quota; left; milliseconds}: until all is left again, or
--   where it was not admitted until the next request may come. What shows no good key counts for its address.
local keys, used, sessions, buckets = unpack(KEYS)
local kind, digest, address, address_rate, key_rate = unpack(ARGV)

local WINDOW = 60000 -- ms in which a whole quota comes back
local USED_SECONDS = 60 -- "last used" is written no more often

local time = redis.call('TIME')
local seconds = tonumber(time[1])
local now = seconds * 1000 + math.floor(tonumber(time[2]) / 1000)

if kind == 'session' then digest = redis.call('GET', sessions .. digest) end
local record = kind ~= 'none' and digest and redis.call('HGET', keys, digest)
local known = record and cjson.decode(record)
if known and known.expires and seconds >= known.expires then known = nil end

local who, rate = address, tonumber(address_rate)
if known then
  who, rate = digest, known.rate or tonumber(key_rate)
  local last = tonumber(redis.call('HGET', used, digest) or '0')
  if seconds - last >= USED_SECONDS then redis.pcall('HSET', used, digest, seconds) end
else
  record = false
end
if rate == 0 then return {record, 1, 0, 0, 0} end

-- A bucket is kept as the one moment at which it will be full; before that moment there is none to keep.
local interval = WINDOW / rate
local full = math.max(now, tonumber(redis.call('GET', buckets .. who) or '0'))
local after = full + interval - now -- ms from now until it would be full, with this request taken out
if after > WINDOW + 0.001 then return {record, 0, rate, 0, math.ceil(after - WINDOW)} end
redis.pcall('SET', buckets .. who, string.format('%.3f', now + after), 'PX', math.ceil(after))
return {record, 1, rate, math.floor((WINDOW - after) / interval + 0.001), math.ceil(after)}

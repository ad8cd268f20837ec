-- Keeps a lease for another while, or gives it up.
-- KEYS: the lease. ARGV: its number, milliseconds (0: give it up).
-- Gives 1; 0 where the lease is another's, or has run out.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1

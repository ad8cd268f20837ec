-- The records that others are judged by, each with the group that its own is part of by now. Layouts: packing.py.
-- KEYS: joins of this generation, joins of the one before; the records.
-- ARGV: joins that are followed at most.
local GROUP_FIRST, GROUP_LAST = 25, 40 -- in a record, counted from one

local records = redis.call('MGET', unpack(KEYS, 3))
if redis.call('EXISTS', KEYS[1], KEYS[2]) == 0 then
    return records
end
for place, record in ipairs(records) do
    if record then
        local group = string.sub(record, GROUP_FIRST, GROUP_LAST)
        for _ = 1, tonumber(ARGV[1]) do
            local into = redis.call('HGET', KEYS[1], group) or redis.call('HGET', KEYS[2], group)
            if not into then
                break
            end
            group = into
        end
        records[place] = string.sub(record, 1, GROUP_FIRST - 1) .. group .. string.sub(record, GROUP_LAST + 1)
    end
end
return records

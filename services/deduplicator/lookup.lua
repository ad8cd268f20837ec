-- What is known of each entry. Layouts: packing.py.
-- KEYS: generation; for each entry its claims, then its postings, those of the oldest generation first.
-- ARGV: generation, how many of them; for each entry its revision and its posting fields, 5 bytes each.
-- Returns the generation, then claim, older references and current references of each entry;
-- the generation alone where it is later than the one given.
local FIELD = 5
local generation, generations = tonumber(ARGV[1]), tonumber(ARGV[2])
local stored = tonumber(redis.call('GET', KEYS[1]) or '-1')
if stored > generation then
    return {stored}
end
if stored < generation then
    redis.call('SET', KEYS[1], generation)
end

local answer = {generation}
local key = 1
for argument = 3, #ARGV, 2 do
    local fields = ARGV[argument + 1]
    answer[#answer + 1] = redis.call('HGET', KEYS[key + 1], ARGV[argument])
    key = key + 1
    local parts = {}
    for one = 1, generations do
        if one == generations then
            answer[#answer + 1] = table.concat(parts)
            parts = {}
        end
        for place = 1, #fields, FIELD do
            key = key + 1
            parts[#parts + 1] = redis.call('HGET', KEYS[key], string.sub(fields, place, place + FIELD - 1)) or nil
        end
    end
    answer[#answer + 1] = table.concat(parts)
end
return answer

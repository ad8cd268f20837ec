-- Puts back what was published, without judging it, and moves the position. Layouts: packing.py.
-- KEYS: generation, position, joins of this generation; for each article its claims, its record, its postings.
-- ARGV: follows, reaches, generation, seconds of a claim, seconds of a record and posting, references in a posting;
--       for each article: revision, claim, number, field hashes, reference, record ('' for none), group,
--       groups that were joined to it, posting fields.
-- Returns {'behind', known} or {'generation', stored} and changes nothing, or {'done'}.
local FIELD, REF, ID, PER_ARTICLE = 5, 8, 16, 9

local follows, reaches, generation = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local claim_seconds, index_seconds, refs_per_key = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local known = tonumber(redis.call('GET', KEYS[2]) or '-1')
if known < follows then
    return {'behind', known}
end
local stored = tonumber(redis.call('GET', KEYS[1]) or '-1')
if stored > generation then
    return {'generation', stored}
end
if stored < generation then
    redis.call('SET', KEYS[1], generation)
end

local function add(key, field, ref)
    local value = redis.call('HGET', key, field) or ''
    if #value >= refs_per_key * REF then
        return
    end
    redis.call('HSET', key, field, value .. ref)
    if value == '' and redis.call('HLEN', key) == 1 then
        redis.call('EXPIRE', key, index_seconds)
    end
end

local key = 4
for argument = 7, #ARGV, PER_ARTICLE do
    local revision, claim, number, hashes, ref, record, group, joined, fields =
        unpack(ARGV, argument, argument + PER_ARTICLE - 1)
    local claims = KEYS[key]
    if redis.call('HSETNX', claims, revision, claim) == 1 then
        local head = redis.call('HGET', claims, 'head')
        if not head or struct.unpack('>I4', head) < tonumber(number) then
            redis.call('HSET', claims, 'head', struct.pack('>I4', number) .. revision .. hashes)
        end
    end
    redis.call('EXPIRE', claims, claim_seconds)
    if record ~= '' then
        for place = 1, #joined, ID do
            redis.call('HSETNX', KEYS[3], string.sub(joined, place, place + ID - 1), group)
            redis.call('EXPIRE', KEYS[3], index_seconds)
        end
    end
    if record ~= '' and redis.call('SET', KEYS[key + 1], record, 'NX', 'EX', index_seconds) then
        for place = 1, #fields, FIELD do
            add(KEYS[key + 1 + (place - 1) / FIELD + 1], string.sub(fields, place, place + FIELD - 1), ref)
        end
    end
    key = key + 2 + #fields / FIELD
end

if reaches > known then
    redis.call('SET', KEYS[2], string.format('%.0f', reaches))
end
return {'done'}

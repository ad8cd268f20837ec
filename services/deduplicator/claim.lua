-- Decides on proposals in order, in one atomic step, and moves the position. Layouts: packing.py.
-- KEYS: generation, position, joins of this generation, joins of the one before; for each proposal its claims,
--       its record, the record of its match, the records of the copies whose groups it joins, its postings.
-- ARGV: follows, reaches, generation, seconds of a claim, seconds of a record and posting, references in a posting,
--       joins that are followed at most;
--       for each proposal: offset, tail, id, revision, reference, field hashes, '1' if it was claimed before,
--       match, how many groups it joins, references seen, day and sketch, posting fields (5 bytes each).
-- Returns {'behind', known} and changes nothing, or {'done', claim, ...}: fewer claims than proposals where the next
-- one has to be judged again.
local FIELD, REF, FIELD_HASH, PER_PROPOSAL = 5, 8, 4, 12
local HEAD = 12 -- number and revision, before the field hashes
local GROUP_FIRST, GROUP_LAST = 24, 39 -- in a record
local FIRST_VERSION = string.rep('\0', 8)
local NO_MATCH = '\0'

local follows, reaches, generation = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local claim_seconds, index_seconds, refs_per_key = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local known = tonumber(redis.call('GET', KEYS[2]) or '-1')
if known < follows then
    return {'behind', known}
end

local answer = {'done'}
local first = 8
local joins_now, joins_before, joins_followed = KEYS[3], KEYS[4], tonumber(ARGV[7])
local same_generation = tonumber(redis.call('GET', KEYS[1]) or '-1') == generation
local here = {}

-- Version number, version before it, names of what changed (a bit each), and the new head.
local function version(claims, revision, hashes)
    local head = redis.call('HGET', claims, 'head')
    local number, previous, changed = 1, FIRST_VERSION, 0
    if head then
        number = struct.unpack('>I4', head) + 1
        previous = string.sub(head, 5, HEAD)
        local bit = 1
        for place = 1, #hashes, FIELD_HASH do
            local last = place + FIELD_HASH - 1
            if string.sub(hashes, place, last) ~= string.sub(head, HEAD + place, HEAD + last) then
                changed = changed + bit
            end
            bit = bit * 2
        end
    end
    return number, previous, changed, struct.pack('>I4', number) .. revision .. hashes
end

-- The group that this one is part of by now.
local function joined_into(group)
    for _ = 1, joins_followed do
        local into = redis.call('HGET', joins_now, group) or redis.call('HGET', joins_before, group)
        if not into then
            break
        end
        group = into
    end
    return group
end

local function group_of(id, match, record_of_match)
    if string.sub(match, 1, 1) == NO_MATCH then
        return id
    end
    local group = redis.call('GETRANGE', record_of_match, GROUP_FIRST, GROUP_LAST)
    return joined_into(group ~= '' and group or string.sub(match, 2, 17))
end

-- Makes the groups of these copies part of this one; says which, one after the other.
local function join(group, key, copies)
    local joined = {}
    for place = key, key + copies - 1 do
        local other = redis.call('GETRANGE', KEYS[place], GROUP_FIRST, GROUP_LAST)
        other = other ~= '' and joined_into(other) or group
        if other ~= group then
            redis.call('HSET', joins_now, other, group)
            redis.call('EXPIRE', joins_now, index_seconds)
            joined[#joined + 1] = other
        end
    end
    return joined
end

-- The postings as they are now; nil where one holds a reference that was not judged.
local function postings(key, fields, ref, seen)
    local judged = {[ref] = true}
    for place = 1, #seen, REF do
        judged[string.sub(seen, place, place + REF - 1)] = true
    end
    local values = {}
    for place = 1, #fields, FIELD do
        local value = redis.call('HGET', KEYS[key + #values], string.sub(fields, place, place + FIELD - 1)) or ''
        for at = 1, #value, REF do
            local other = string.sub(value, at, at + REF - 1)
            if not judged[other] and not here[other] then
                return nil
            end
        end
        values[#values + 1] = value
    end
    return values
end

local function add(key, fields, values, ref)
    for place, value in ipairs(values) do
        if #value < refs_per_key * REF then
            local posting, from = KEYS[key + place - 1], (place - 1) * FIELD
            redis.call('HSET', posting, string.sub(fields, from + 1, from + FIELD), value .. ref)
            if value == '' and redis.call('HLEN', posting) == 1 then
                redis.call('EXPIRE', posting, index_seconds)
            end
        end
    end
end

local done = nil
local complete = true
local key = 5
for argument = first, #ARGV, PER_PROPOSAL do
    local offset, tail, id, revision, ref, hashes, claimed, match, copies, seen, rest, fields =
        unpack(ARGV, argument, argument + PER_PROPOSAL - 1)
    local claims, record, record_of_match = KEYS[key], KEYS[key + 1], KEYS[key + 2]
    local first_posting = key + 3 + tonumber(copies)
    local claim = redis.call('HGET', claims, revision)
    if not claim then
        local values = nil
        if same_generation and claimed == '0' then
            values = postings(first_posting, fields, ref, seen)
        end
        if not values then
            complete = false
            break
        end
        local number, previous, changed, head = version(claims, revision, hashes)
        local group = group_of(id, match, record_of_match)
        local joined = join(group, key + 3, tonumber(copies))
        claim = match .. struct.pack('>c16I4c8I2B', group, number, previous, changed, #joined)
            .. table.concat(joined) .. tail
        redis.call('HSET', claims, revision, claim, 'head', head)
        redis.call('SET', record, id .. revision .. group .. rest, 'EX', index_seconds)
        add(first_posting, fields, values, ref)
    end
    redis.call('EXPIRE', claims, claim_seconds)
    here[ref] = true
    answer[#answer + 1] = claim
    done = tonumber(offset)
    key = first_posting + #fields / FIELD
end

if complete then
    done = reaches
end
if done and done > known then
    redis.call('SET', KEYS[2], string.format('%.0f', done))
end
return answer

-- Counts lines by source, each input once, and tells how often each has come. What it means: line_counts.py.
-- KEYS: positions; for each article the table of its source: bucket -> entries, the one touched last at the end,
--       each of key without its first byte (4), day (2), articles (2; the top bit: on more than one day).
-- ARGV: partition, follows, reaches, seconds that a table is kept, lines of a bucket, recent articles;
--       for each article: offset, day, keys (article, revision, lines).
-- Returns for each article the articles of its source, then those of each line as in its entry, 2 bytes each.
local KEY, REST, ENTRY, ON_DAYS = 5, 4, 8, 32768

local partition, follows, reaches, seconds = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local bucket_bytes, recent_articles = tonumber(ARGV[5]) * ENTRY, tonumber(ARGV[6])

local known = tonumber(redis.call('HGET', KEYS[1], partition) or '-1')
if follows < 0 then
    known = -1
end

local function find(bucket, rest)
    local place = string.find(bucket, rest, 1, true)
    while place and place % ENTRY ~= 1 do
        place = string.find(bucket, rest, place + 1, true)
    end
    return place
end

local function seen(bucket, place)
    local day, articles = struct.unpack('>HH', string.sub(bucket, place + REST, place + ENTRY - 1))
    if articles >= ON_DAYS then
        return day, articles - ON_DAYS, true
    end
    return day, articles, false
end

local function entry(rest, day, articles, on_days)
    return rest .. struct.pack('>HH', day, on_days and articles + ON_DAYS or articles)
end

local function without(bucket, place)
    return string.sub(bucket, 1, place - 1) .. string.sub(bucket, place + ENTRY)
end

local function least(bucket)
    local found, fewest = 1, nil
    for place = 1, #bucket, ENTRY do
        local _, articles = seen(bucket, place)
        if not fewest or articles < fewest then
            found, fewest = place, articles
        end
        if fewest == 1 then
            break
        end
    end
    return found
end

local function touched(bucket, rest, today)
    local place = find(bucket, rest)
    local day, articles, on_days = today, 0, false
    if place then
        day, articles, on_days = seen(bucket, place)
        bucket = without(bucket, place)
    elseif #bucket >= bucket_bytes then
        bucket = without(bucket, least(bucket))
    end
    return bucket .. entry(rest, day, articles + 1, on_days or day ~= today)
end

local function half(count) return math.floor((count + 1) / 2) end

local function halve(source)
    local all = redis.call('HGETALL', source)
    for place = 1, #all, 2 do
        local name, bucket = all[place], all[place + 1]
        if name == 'articles' then
            redis.call('HSET', source, name, half(tonumber(bucket)))
        else
            local entries = {}
            for at = 1, #bucket, ENTRY do
                local day, articles, on_days = seen(bucket, at)
                entries[#entries + 1] = entry(string.sub(bucket, at, at + REST - 1), day, half(articles), on_days)
            end
            redis.call('HSET', source, name, table.concat(entries))
        end
    end
end

local function buckets_of(source, names)
    local values = redis.call('HMGET', source, 'articles', unpack(names))
    local buckets = {}
    for place, name in ipairs(names) do
        buckets[name] = values[place + 1] or ''
    end
    return tonumber(values[1] or '0'), buckets
end

local answers = {}
local source_key = 2
for argument = 7, #ARGV, 3 do
    local source, offset, today = KEYS[source_key], tonumber(ARGV[argument]), tonumber(ARGV[argument + 1])
    local keys, names, rests = ARGV[argument + 2], {}, {}
    for place = 1, #keys, KEY do
        names[#names + 1] = string.sub(keys, place, place)
        rests[#rests + 1] = string.sub(keys, place + 1, place + REST)
    end
    local articles, buckets = buckets_of(source, names)
    if offset > known and not find(buckets[names[1]], rests[1]) and not find(buckets[names[2]], rests[2]) then
        articles = articles + 1
        for place, name in ipairs(names) do
            buckets[name] = touched(buckets[name], rests[place], today)
        end
        local written = {'articles', articles}
        for name, bucket in pairs(buckets) do
            written[#written + 1] = name
            written[#written + 1] = bucket
        end
        redis.call('HSET', source, unpack(written))
        redis.call('EXPIRE', source, seconds)
        if articles >= recent_articles then
            halve(source)
            articles, buckets = buckets_of(source, names)
        end
    end
    local answer = {struct.pack('>H', articles)}
    for place = 3, #names do
        local bucket = buckets[names[place]]
        local at = find(bucket, rests[place])
        answer[#answer + 1] = at and string.sub(bucket, at + ENTRY - 2, at + ENTRY - 1) or '\0\0'
    end
    answers[#answers + 1] = table.concat(answer)
    source_key = source_key + 1
end
redis.call('HSET', KEYS[1], partition, string.format('%.0f', math.max(known, reaches)))
return answers

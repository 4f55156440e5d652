"""What Redis does in one step for the answer cache.

All keys of a scope are of one tenant, so that a cluster has them in one place (keys.py). Names of entries are made
here from the scope's own prefix, for a script cannot know before which ones it will need.

    {prefix}:entry:{key}   hash: q the question, e its embedding (float16), a the answer as JSON
    {prefix}:used          sorted set of the keys of entries, by when each was last used
    {prefix}:new           the same by the version at which each was added
    {prefix}:version       goes up with each entry that is added
    ...:answers:scopes     the tenant's prefixes
"""

from __future__ import annotations

# KEYS: prefix:used. ARGV: prefix, key. Returns {question, answer}, or nothing.
RECALL = """
local entry = ARGV[1] .. ':entry:' .. ARGV[2]
local found = redis.call('HMGET', entry, 'q', 'a')
if not found[2] then
  return false
end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'XX', time[1] * 1000000 + time[2], ARGV[2])
return found
"""

# KEYS: prefix:used, prefix:new, prefix:version. ARGV: prefix, the version known, how many at most.
# Returns the version, then key, question and embedding of each entry added since, the oldest first.
NEWS = """
local version = redis.call('GET', KEYS[3]) or ''
local news = {version}
if version == ARGV[2] then
  return news
end
local since = ARGV[2]
if since == '' or version == '' or tonumber(since) > tonumber(version) then
  since = '0'
end
local keys = redis.call('ZREVRANGEBYSCORE', KEYS[2], '+inf', '(' .. since, 'LIMIT', 0, ARGV[3])
for i = #keys, 1, -1 do
  local found = redis.call('HMGET', ARGV[1] .. ':entry:' .. keys[i], 'q', 'e')
  if found[1] then
    table.insert(news, keys[i])
    table.insert(news, found[1])
    table.insert(news, found[2])
  else
    redis.call('ZREM', KEYS[1], keys[i])
    redis.call('ZREM', KEYS[2], keys[i])
  end
end
return news
"""

# KEYS: prefix:used, prefix:new, prefix:version, scopes. ARGV: prefix, key, question, embedding, answer, time to live
# in milliseconds, how many entries at most.
PUT = """
local entry = ARGV[1] .. ':entry:' .. ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local version = math.max(now, tonumber(redis.call('GET', KEYS[3]) or '0') + 1)
redis.call('DEL', entry)
redis.call('HSET', entry, 'q', ARGV[3], 'e', ARGV[4], 'a', ARGV[5])
redis.call('PEXPIRE', entry, ARGV[6])
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('ZADD', KEYS[2], version, ARGV[2])
redis.call('SET', KEYS[3], string.format('%.0f', version))
while redis.call('ZCARD', KEYS[1]) > tonumber(ARGV[7]) do
  local least = redis.call('ZPOPMIN', KEYS[1])[1]
  redis.call('ZREM', KEYS[2], least)
  redis.call('DEL', ARGV[1] .. ':entry:' .. least)
end
redis.call('SADD', KEYS[4], ARGV[1])
for i = 1, 4 do
  redis.call('PEXPIRE', KEYS[i], ARGV[6])
end
"""

# KEYS: scopes.
FORGET = """
for _, prefix in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  for _, key in ipairs(redis.call('ZRANGE', prefix .. ':new', 0, -1)) do
    redis.call('DEL', prefix .. ':entry:' .. key)
  end
  redis.call('DEL', prefix .. ':used', prefix .. ':new', prefix .. ':version')
end
redis.call('DEL', KEYS[1])
"""

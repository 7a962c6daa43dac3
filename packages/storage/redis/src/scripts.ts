import { defineScript, type RedisScript } from './redis-connection.ts';

// Time is the server's, so that clients with other clocks agree. Numbers of chunks are small enough to be looped over:
// 10 GB are about 10,000.

const NOW = `local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** Removes the chunks of an object that was replaced or deleted; while somebody reads them they only get an end. */
const RELEASE = `${NOW}
local function release(chunk, readers, upload, count, lease)
  redis.call('ZREMRANGEBYSCORE', readers .. upload, '-inf', now)
  local read = redis.call('ZCARD', readers .. upload) > 0
  for i = 0, count - 1 do
    if read then redis.call('PEXPIRE', chunk .. upload .. ':' .. i, lease)
    else redis.call('UNLINK', chunk .. upload .. ':' .. i) end
  end
end
`;

/**
 * Makes an upload the object, if all of its chunks are there. The only chunk of a small object comes along.
 * Sent again after it was done, it says so.
 * KEYS bucket, index, object. ARGV key, upload, size, count, chunkBytes, ifAbsent, chunk, readers, lease, [bytes].
 */
export const COMMIT: RedisScript = defineScript(`${RELEASE}
local key, upload, size, count, chunkBytes, ifAbsent, chunk, readers, lease, bytes = unpack(ARGV)
if redis.call('EXISTS', KEYS[1]) == 0 then return 'no-bucket' end
local old = redis.call('HMGET', KEYS[3], 'upload', 'count')
if old[1] == upload then return 'done' end
if old[1] and ifAbsent == '1' then return 'exists' end
if bytes then
  redis.call('SET', chunk .. upload .. ':0', bytes)
else
  for i = 0, count - 1 do
    if redis.call('EXISTS', chunk .. upload .. ':' .. i) == 0 then return 'lost' end
  end
  for i = 0, count - 1 do redis.call('PERSIST', chunk .. upload .. ':' .. i) end
end
redis.call('HSET', KEYS[3], 'upload', upload, 'size', size, 'count', count, 'chunkBytes', chunkBytes, 'modified', now)
redis.call('ZADD', KEYS[2], 0, key)
if old[1] then release(chunk, readers, old[1], old[2], lease) end
return 'done'`);

/** Keeps the chunks of an upload in progress. KEYS none. ARGV chunk with upload, count, lease. */
export const KEEP: RedisScript = defineScript(`
for i = 0, ARGV[2] - 1 do redis.call('PEXPIRE', ARGV[1] .. ':' .. i, ARGV[3]) end
return 1`);

/** Removes the chunks of an upload that failed. ARGV chunk with upload, count. */
export const DROP: RedisScript = defineScript(`
for i = 0, ARGV[2] - 1 do redis.call('UNLINK', ARGV[1] .. ':' .. i) end
return 1`);

/**
 * What is known of an object, and the first bytes of a range of it. Who has more to read is noted as a reader, if the
 * server lets him: a server that is full or read-only can still be read.
 * KEYS bucket, object. ARGV start, last, chunk, readers, reader, lease.
 */
export const OPEN: RedisScript = defineScript(`${NOW}
local first, last, chunk, readers, reader, lease = unpack(ARGV)
local found = redis.call('HMGET', KEYS[2], 'size', 'upload', 'count', 'chunkBytes')
if not found[1] then return redis.call('EXISTS', KEYS[1]) end
local size, upload, chunkBytes = tonumber(found[1]), found[2], tonumber(found[4])
local start = tonumber(first)
local stop = math.min(tonumber(last) + 1, size)
if start >= stop then return { found[1], upload, found[3], found[4], '' } end
local number = math.floor(start / chunkBytes)
local offset = start - number * chunkBytes
local stopHere = math.min(stop - number * chunkBytes, chunkBytes)
local bytes = redis.call('GETRANGE', chunk .. upload .. ':' .. string.format('%d', number), offset, stopHere - 1)
if stop > (number + 1) * chunkBytes then
  redis.pcall('ZADD', readers .. upload, now + lease, reader)
  redis.pcall('PEXPIRE', readers .. upload, lease)
end
return { found[1], upload, found[3], found[4], bytes }`);

/**
 * Keeps the chunks that are still to be read. KEYS object. ARGV upload, from, count, chunk, readers, reader, lease.
 */
export const RENEW: RedisScript = defineScript(`${NOW}
local upload, from, count, chunk, readers, reader, lease = unpack(ARGV)
redis.pcall('ZADD', readers .. upload, now + lease, reader)
redis.pcall('PEXPIRE', readers .. upload, lease)
if redis.call('HGET', KEYS[1], 'upload') ~= upload then
  for i = from, count - 1 do redis.pcall('PEXPIRE', chunk .. upload .. ':' .. i, lease) end
end
return 1`);

/** Ends a reader; the last one removes what was kept for him. KEYS object. ARGV upload, count, chunk, readers, reader. */
export const CLOSE: RedisScript = defineScript(`
local upload, count, chunk, readers, reader = unpack(ARGV)
if redis.call('ZREM', readers .. upload, reader) == 0 then return 0 end
if redis.call('ZCARD', readers .. upload) == 0 and redis.call('HGET', KEYS[1], 'upload') ~= upload then
  for i = 0, count - 1 do redis.call('UNLINK', chunk .. upload .. ':' .. i) end
end
return 1`);

/** Deletes objects. KEYS index. ARGV object, chunk, readers, lease, key... */
export const DELETE: RedisScript = defineScript(`${RELEASE}
for i = 5, #ARGV do
  local object = ARGV[1] .. ARGV[i]
  local old = redis.call('HMGET', object, 'upload', 'count')
  if old[1] then
    redis.call('UNLINK', object)
    redis.call('ZREM', KEYS[1], ARGV[i])
    release(ARGV[2], ARGV[3], old[1], old[2], ARGV[4])
  end
end
return 1`);

/** A page of a listing: key, size and time, one after the other. KEYS bucket, index. ARGV object, from, to, count. */
export const LIST: RedisScript = defineScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local page = {}
for _, key in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])) do
  local found = redis.call('HMGET', ARGV[1] .. key, 'size', 'modified')
  table.insert(page, key)
  table.insert(page, found[1])
  table.insert(page, found[2])
end
return page`);

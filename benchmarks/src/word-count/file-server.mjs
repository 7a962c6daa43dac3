import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';

// Serves files by name, whole or in ranges, from a process of its own.
const files = new Map(process.argv.slice(2).map((file) => [`/${basename(file)}`, file]));
const server = createServer((request, response) => {
  const file = files.get(request.url);
  if (file === undefined) return response.writeHead(404).end();
  const { size, mtime } = statSync(file);
  const [, start = 0, last = size - 1] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const end = Math.min(Number(last), size - 1);
  response.writeHead(request.headers.range === undefined ? 200 : 206, {
    'content-length': end - Number(start) + 1,
    'last-modified': mtime.toUTCString(),
    ...(request.headers.range !== undefined && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  createReadStream(file, { start: Number(start), end, highWaterMark: 256 * 1024 }).pipe(response);
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());

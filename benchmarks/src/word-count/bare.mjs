import { openSync, readSync } from 'node:fs';
import { emptyCount, scan } from './scan.mjs';

// The floor: one process, one share of the bytes, a buffer that is used again and again. No lines are kept whole: a word
// that lies across two shares is counted where it begins.
const [, , share, shares, ...files] = process.argv;
const buffer = Buffer.allocUnsafeSlow(256 * 1024);
const total = emptyCount();
for (const file of files) {
  const fd = openSync(file);
  const { size } = process.getBuiltinModule('fs').fstatSync(fd);
  let position = Math.floor((size * Number(share)) / Number(shares));
  const end = Math.floor((size * (Number(share) + 1)) / Number(shares));
  const count = emptyCount();
  if (position > 0) {
    readSync(fd, buffer, 0, 1, position - 1);
    count.inside = buffer[0] > 32;
  }
  while (position < end) {
    const read = readSync(fd, buffer, 0, Math.min(buffer.length, end - position), position);
    scan(count, buffer.subarray(0, read));
    position += read;
  }
  total.words += count.words;
  total.lines += count.lines;
  total.bytes += count.bytes;
}
console.log(JSON.stringify(total));

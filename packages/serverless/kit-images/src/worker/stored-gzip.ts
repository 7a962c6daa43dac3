import { crc32 } from 'node:zlib';

const MOST_STORED = 0xffff;
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/**
 * Bytes in a gzip envelope, not compressed (RFC 1952, with the stored blocks of RFC 1951). Compressors give other bytes
 * on other processors and with other versions of Node; the digest of a layer has to be the same everywhere.
 */
export function storedGzip(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [HEADER];
  let at = 0;
  do {
    const block = bytes.subarray(at, at + MOST_STORED);
    at += block.byteLength;
    const head = Buffer.alloc(5);
    head.writeUInt8(at >= bytes.byteLength ? 1 : 0);
    head.writeUInt16LE(block.byteLength, 1);
    head.writeUInt16LE(~block.byteLength & MOST_STORED, 3);
    parts.push(head, block);
  } while (at < bytes.byteLength);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes));
  trailer.writeUInt32LE(bytes.byteLength % 2 ** 32, 4);
  return Buffer.concat([...parts, trailer]);
}

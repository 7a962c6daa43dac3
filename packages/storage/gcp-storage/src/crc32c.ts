const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  return rest;
});

/**
 * The checksum that Google Cloud Storage compares an upload with: CRC32C, of bytes that come one after the other. Here
 * because the client's own takes seven times as long, and is what limits uploads.
 */
export class Crc32c {
  #rest = -1;

  update(bytes: Uint8Array): void {
    let rest = this.#rest;
    // By index, and within 32 bits with a sign: that is what makes it fast.
    for (let i = 0; i < bytes.length; i++) rest = (TABLE[(rest ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^ (rest >>> 8);
    this.#rest = rest;
  }

  /** As the service has it: base64 of four bytes, the highest first. */
  toString(): string {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(~this.#rest);
    return bytes.toString('base64');
  }
}

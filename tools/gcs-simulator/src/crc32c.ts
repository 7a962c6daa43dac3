const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** The checksum (Castagnoli) of bytes that come one after the other. */
export class Crc32c {
  #state = -1;

  update(bytes: Uint8Array): void {
    let state = this.#state;
    // By index, and signed: an iterator, or numbers beyond 31 bits, make it seven times as slow.
    for (let i = 0; i < bytes.length; i++) state = (TABLE[(state ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^ (state >>> 8);
    this.#state = state;
  }

  /** As the service writes it: base64 of four bytes, the highest first. */
  toString(): string {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(~this.#state);
    return bytes.toString('base64');
  }
}

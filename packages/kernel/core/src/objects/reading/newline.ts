/** The bytes that end a line. */
export class Newline {
  readonly text: string;
  readonly bytes: Buffer;
  /**
   * Whether an end of it is a beginning of it, as of an empty line's `\n\n`. Which occurrences end lines then depends on
   * those before.
   */
  readonly overlapsItself: boolean;

  constructor(text: string) {
    this.text = text;
    this.bytes = Buffer.from(text);
    const { bytes } = this;
    this.overlapsItself = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1).some((length) =>
      bytes.subarray(0, length).equals(bytes.subarray(bytes.length - length)),
    );
  }

  get length(): number {
    return this.bytes.length;
  }

  /** After the first newline in bytes that begin with a line; -1 when there is none. */
  endOfFirst(bytes: Buffer, from: number): number {
    const found = this.length === 1 ? bytes.indexOf(this.bytes[0] as number, from) : bytes.indexOf(this.bytes, from); // not empty
    return found < 0 ? -1 : found + this.length;
  }

  /** After the last newline in bytes that begin with a line; -1 when there is none. */
  endOfLast(bytes: Buffer): number {
    if (this.overlapsItself) {
      let end = -1;
      for (let next = this.endOfFirst(bytes, 0); next >= 0; next = this.endOfFirst(bytes, next)) end = next;
      return end;
    }
    const found = this.length === 1 ? bytes.lastIndexOf(this.bytes[0] as number) : bytes.lastIndexOf(this.bytes); // not empty
    return found < 0 ? -1 : found + this.length;
  }
}

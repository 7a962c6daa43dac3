/** An item that was encoded when it was submitted. */
export class EncodedItem {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

import { primitiveBytes } from '@lithops/worker/values';

/** An item that was encoded when it was submitted. */
export class EncodedItem {
  readonly bytes: Uint8Array;
  /** Bytes of the item itself; more than those here where they only refer to it. */
  readonly size: number;

  constructor(bytes: Uint8Array, size: number = bytes.byteLength) {
    this.bytes = bytes;
    this.size = size;
  }
}

/** Size of an item as calls hold it, encoded or a primitive. */
export function itemBytes(item: unknown): number {
  return item instanceof EncodedItem ? item.size : primitiveBytes(item);
}

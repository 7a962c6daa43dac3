import { shareClass } from '@lithops/worker/values';

/** A reference to an object in storage: small enough to be passed around and returned from tasks. */
export class CloudObject {
  readonly backend: string;
  readonly bucket: string;
  readonly key: string;

  constructor(backend: string, bucket: string, key: string) {
    this.backend = backend;
    this.bucket = bucket;
    this.key = key;
  }

  toString(): string {
    return `${this.backend}://${this.bucket}/${this.key}`;
  }

  static {
    // Tasks make them, whether or not their function names the class.
    shareClass('CloudObject', CloudObject);
  }
}

import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** A function, an item or a result holds something that cannot travel. */
export class SerializationError extends LithopsError {
  /** Where it is: `fn -> helper -> db.socket`. */
  readonly path: string;

  constructor(message: string, options: LithopsErrorOptions & { readonly path: string }) {
    super(message, 'SERIALIZATION_FAILED', options);
    this.path = options.path;
  }

  static {
    defineErrorKind(SerializationError, 'SerializationError');
  }
}

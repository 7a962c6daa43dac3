/** Names of an error's classes; the same convention as `@lithops/core`, whose `SerializationError` this one is taken for. */
const KINDS = Symbol.for('lithops.error');

/** A function reaches something that cannot travel. */
export class SerializationError extends Error {
  readonly code = 'SERIALIZATION_FAILED';
  /** How it is reached: `fn -> helper -> db.socket`. */
  readonly path: string;
  /** Why it cannot travel. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint?: string;

  constructor(path: string, reason: string, hint?: string, options?: ErrorOptions) {
    super(hint === undefined ? `${path}: ${reason}` : `${path}: ${reason}; ${hint}`, options);
    this.path = path;
    this.reason = reason;
    if (hint !== undefined) this.hint = hint;
  }

  static {
    Object.defineProperty(SerializationError.prototype, 'name', {
      value: 'SerializationError',
      configurable: true,
      writable: true,
    });
    Object.defineProperty(SerializationError.prototype, KINDS, { value: ['SerializationError', 'LithopsError'] });
  }
}

/** A value holds something that cannot travel. */
export class ValueEncodingError extends Error {
  readonly code = 'VALUE_NOT_ENCODABLE';
  /** Where it is, `value.db.socket` or `value[3]`. */
  readonly path: string;
  readonly reason: string;
  readonly hint: string;

  constructor(path: string, reason: string, hint: string) {
    super(`${path}: ${reason}; ${hint}`);
    this.path = path;
    this.reason = reason;
    this.hint = hint;
  }

  static {
    Object.defineProperty(ValueEncodingError.prototype, 'name', {
      value: 'ValueEncodingError',
      configurable: true,
      writable: true,
    });
  }
}

/** Bytes are no encoded value, or of a value that this end cannot make. */
export class ValueDecodingError extends Error {
  readonly code = 'VALUE_NOT_DECODABLE';

  static {
    Object.defineProperty(ValueDecodingError.prototype, 'name', {
      value: 'ValueDecodingError',
      configurable: true,
      writable: true,
    });
  }
}

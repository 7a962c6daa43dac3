import type { LithopsErrorCode } from './codes.ts';

/** Names of an error's classes, nearest first; on the prototype, so that any copy of core can tell. */
const KINDS = Symbol.for('lithops.error');

export interface LithopsErrorOptions {
  /** What to do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * An error that somebody can act on. `instanceof` and {@link LithopsError.is} hold across copies of the package:
 * a plugin may bring its own.
 */
export class LithopsError extends Error {
  readonly code: LithopsErrorCode;
  readonly hint?: string;

  constructor(message: string, code: LithopsErrorCode, options: LithopsErrorOptions = {}) {
    super(
      options.hint === undefined ? message : `${message}\n  ${options.hint}`,
      'cause' in options ? { cause: options.cause } : undefined,
    );
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }

  /** Whether a value is a Lithops error, made by whichever copy of core. */
  static is(value: unknown): value is LithopsError {
    return isOfKind(value, 'LithopsError');
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class of the user's own, derived from one of ours, is told apart in the ordinary way.
    if (!Object.hasOwn(this.prototype, KINDS)) return Function.prototype[Symbol.hasInstance].call(this, value);
    return isOfKind(value, kindsOf(this.prototype)[0] ?? 'LithopsError');
  }

  static {
    defineErrorKind(LithopsError, 'LithopsError');
  }
}

/** Gives an error class its name and makes `instanceof` hold for it across copies. Called in a static block of each class. */
export function defineErrorKind(errorClass: { readonly prototype: object }, name: string): void {
  const base: object = Object.getPrototypeOf(errorClass.prototype);
  Object.defineProperty(errorClass.prototype, 'name', { value: name, configurable: true, writable: true });
  Object.defineProperty(errorClass.prototype, KINDS, { value: [name, ...kindsOf(base)] });
}

function isOfKind(value: unknown, kind: string): boolean {
  return typeof value === 'object' && value !== null && kindsOf(value).includes(kind);
}

function kindsOf(value: object): readonly string[] {
  return (value as { readonly [KINDS]?: readonly string[] })[KINDS] ?? []; // any object may be asked for a symbol
}

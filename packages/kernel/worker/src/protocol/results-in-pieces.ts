import type { CallResults, CallTimes } from '../call-event.ts';
import { EncodedValues, isRawForm } from '../values/index.ts';

/** A result event whose values are written piece by piece, so that large ones need not be copied into one first. */
export class ResultsInPieces implements CallResults {
  readonly type = 'result';
  readonly calls: readonly number[];
  readonly pieces: readonly Uint8Array[];
  readonly stats: CallTimes;

  constructor(calls: readonly number[], pieces: readonly Uint8Array[], stats: CallTimes) {
    this.calls = calls;
    this.pieces = pieces;
    this.stats = stats;
  }

  get values(): Uint8Array {
    return Buffer.concat(this.pieces);
  }

  /** The last piece, where it is all of a value but its form: it may arrive in a buffer of its own, which is the value then. */
  get body(): Uint8Array | undefined {
    const [form, body] = this.pieces.slice(-2);
    return form?.byteLength === 1 && isRawForm(form[0]) ? body : undefined;
  }
}

/** A result event whose last value arrived in a buffer of its own. */
export class ResultsWithBody implements CallResults {
  readonly type = 'result';
  readonly calls: readonly number[];
  readonly head: Uint8Array;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly stats: CallTimes;

  constructor(calls: readonly number[], head: Uint8Array, body: Uint8Array<ArrayBuffer>, stats: CallTimes) {
    this.calls = calls;
    this.head = head;
    this.body = body;
    this.stats = stats;
  }

  get values(): Uint8Array {
    return Buffer.concat([this.head, this.body]);
  }
}

/** The bytes of a result event's values, in order. */
export function piecesOf(event: CallResults): readonly Uint8Array[] {
  if (event instanceof ResultsWithBody) return [event.head, event.body];
  return event instanceof ResultsInPieces ? event.pieces : [event.values];
}

/** The values of a result event. @throws ValueDecodingError */
export function encodedValuesOf(event: CallResults): EncodedValues {
  return event instanceof ResultsWithBody ? new EncodedValues(event.head, event.body) : new EncodedValues(event.values);
}

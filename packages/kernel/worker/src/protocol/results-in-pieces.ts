import type { CallResults, CallTimes } from '../call-event.ts';

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
}

/** The bytes of a result event's values, in order. */
export function piecesOf(event: CallResults): readonly Uint8Array[] {
  return event instanceof ResultsInPieces ? event.pieces : [event.values];
}

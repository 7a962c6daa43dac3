import { encodeFrame, type Frame } from './frame.ts';
import { ProtocolError } from './protocol-error.ts';

/**
 * Stands for a frame, or the last piece of results, whose bytes are in the file that a worker process shares with its parent:
 * through a file of memory pages large results move several times as fast as through a socket.
 */
export interface SpilledFrame {
  readonly offset: number;
  readonly length: number;
}

const SPILLED = 96;
/** Frames of this size and more are worth it. */
export const SPILL_BYTES: number = 512 * 1024;
/** The shared file's first bytes hold the call that runs. */
export const SPILL_OFFSET = 4096;

export function encodeSpilledFrame(spilled: SpilledFrame): Uint8Array[] {
  return encodeFrame(SPILLED, 0, spilled);
}

/** Undefined for any other frame. @throws ProtocolError when it is malformed. */
export function decodeSpilledFrame({ type, meta }: Frame): SpilledFrame | undefined {
  return type === SPILLED ? placeInFile(meta) : undefined;
}

/** @throws ProtocolError when it is none */
export function placeInFile(place: unknown): SpilledFrame {
  if (typeof place === 'object' && place !== null && 'offset' in place && 'length' in place) {
    const { offset, length } = place;
    if (typeof offset === 'number' && typeof length === 'number' && offset >= SPILL_OFFSET && length > 0)
      return { offset, length };
  }
  throw new ProtocolError('what was put into the shared file does not say where');
}

import { type CaptureOptions, FunctionCapture } from './capture/function-capture.ts';
import type { FunctionModule } from './emit/function-module.ts';

export { type CaptureOptions, FunctionCapture } from './capture/function-capture.ts';
export type { FunctionModule } from './emit/function-module.ts';
export { SerializationError } from './serialization-error.ts';

/** Captures of functions that close over nothing: there is nothing in them that could change. */
const pureCaptures = new WeakMap<object, FunctionCapture>();

/**
 * Takes a function with all that it reaches, by value and at once: what changes later is not seen.
 * @throws SerializationError with the path to what cannot travel.
 */
export function capture(fn: (...args: never[]) => unknown, options: CaptureOptions = {}): FunctionCapture {
  const known = options.linkPackages === undefined ? pureCaptures.get(fn) : undefined;
  if (known !== undefined) return known;
  const captured = new FunctionCapture(fn, options);
  if (options.linkPackages === undefined && captured.isPure) pureCaptures.set(fn, captured);
  return captured;
}

/** The module of a function. @throws SerializationError */
export async function pack(fn: (...args: never[]) => unknown, options?: CaptureOptions): Promise<FunctionModule> {
  return capture(fn, options).build();
}

import type { ByteRange } from '../plugin/storage-plugin.ts';
import { nearestName } from '../registry/nearest-name.ts';
import type { CloudObject } from './cloud-object.ts';

/** @throws TypeError for what names no bucket. */
export function checkBucket(bucket: string): string {
  return nonEmptyText('bucket', bucket);
}

/** @throws TypeError for what is no key. */
export function checkKey(key: string): string {
  if (nonEmptyText('key', key).isWellFormed()) return key;
  throw new TypeError(`key ${JSON.stringify(key)} holds half of a surrogate pair and is no text`);
}

/** @throws TypeError for what is no list of keys. */
export function checkKeys(keys: readonly string[]): readonly string[] {
  if (!Array.isArray(keys)) throw new TypeError(`keys are a list of texts, not ${describe(keys)}`);
  for (const key of keys) checkKey(key);
  return keys;
}

/** @throws TypeError for what is no prefix. */
export function checkPrefix(prefix: string): string {
  if (typeof prefix === 'string') return prefix;
  throw new TypeError(`a prefix is a text, not ${describe(prefix)}`);
}

/** The parts of a CloudObject, which may come from another copy of the package. @throws TypeError */
export function checkCloudObject(object: CloudObject): CloudObject {
  const isObject = typeof object === 'object' && object !== null;
  if (isObject && [object.backend, object.bucket, object.key].every((part) => typeof part === 'string' && part !== ''))
    return object;
  throw new TypeError(`a CloudObject is expected, as putCloudObject gives them; not ${describe(object)}`);
}

/** What each method takes besides its arguments; an option that it does not know would be overlooked otherwise. */
export function checkOptions<Options extends object>(
  method: string,
  options: Options,
  known: readonly (keyof Options & string)[],
): Options {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`the options of ${method} are an object, not ${describe(options)}`);
  for (const name of Object.keys(options)) {
    if ((known as readonly string[]).includes(name)) continue;
    const nearest = nearestName(name, known);
    throw new TypeError(
      `${method} has no option '${name}'; ${nearest === undefined ? `options are ${known.join(', ')}` : `did you mean '${nearest}'?`}`,
    );
  }
  checkSignal(Reflect.get(options, 'signal'));
  checkRange(Reflect.get(options, 'range'));
  return options;
}

function checkSignal(signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`option signal is an AbortSignal, not ${describe(signal)}`);
}

function checkRange(range: unknown): void {
  if (range === undefined) return;
  const [start, end] = Array.isArray(range) && range.length === 2 ? (range as unknown as ByteRange) : [-1, -1]; // its members are checked
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start) return;
  throw new RangeError(`a range is [first, last] byte, both included and from 0; not ${describe(range)}`);
}

function nonEmptyText(what: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`a ${what} is a non-empty text, not ${describe(value)}`);
}

function describe(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

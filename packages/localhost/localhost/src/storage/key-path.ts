import { StorageError } from '@lithops/core/plugin';

/** Longest key in bytes of UTF-8: the limit of S3 and of most other stores, so that a key that works here works there. */
const LONGEST_KEY = 1024;
/** Names are cut once they are this long, in bytes; file systems take 255, encrypted ones 143. */
const LONG_NAME = 120;
/** Ends the name of a folder. A key and a longer one that goes on below it (`a` and `a/b`) can so both exist. */
const FOLDER = '%';
/** Ends the name of a folder that holds how a long name goes on. */
const CONTINUED = '%+';
/** An empty part of a key: between two slashes, before the first or after the last. */
const EMPTY = '%_';
/** Characters that some file system keeps to itself, and ours. */
const FORBIDDEN = '%\\:*?"<>|\u007f';

/** What a name in a bucket's folder stands for, as a part of a key. */
export interface DecodedName {
  readonly kind: 'object' | 'folder' | 'continued';
  /** What all keys there begin with, relative to the folder; for an object all that is left of its key. */
  readonly text: string;
}

/**
 * Where an object is, relative to its bucket's folder. A folder for each `/` of the key; names are written so that
 * any file system holds any key, and none leads out of the bucket.
 * @throws StorageError for what can be no key.
 */
export function keyToPath(key: string): string {
  assertKey(key);
  const segments = key.split('/');
  const name = segments.pop() ?? '';
  return [...segments.map((segment) => `${encodeSegment(segment)}${FOLDER}`), encodeSegment(name)].join('/');
}

/** The folder that holds every key that begins with the prefix, and the part of the prefix that its names must begin with. */
export function prefixToFolder(prefix: string): { readonly folder: string; readonly above: string } {
  const above = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const segments = above.split('/').slice(0, -1);
  return { folder: segments.map((segment) => `${encodeSegment(segment)}${FOLDER}`).join('/'), above };
}

/** What a name stands for; undefined for one that {@link keyToPath} never makes. */
export function decodeName(name: string): DecodedName | undefined {
  const [kind, encoded] = name.endsWith(CONTINUED)
    ? (['continued', name.slice(0, -CONTINUED.length)] as const)
    : name.endsWith(FOLDER)
      ? (['folder', name.slice(0, -FOLDER.length)] as const)
      : (['object', name] as const);
  const text = decode(encoded);
  const written = kind === 'continued' ? encodeStart(text) : encodeSegment(text);
  if (written !== encoded) return undefined;
  return { kind, text: kind === 'folder' ? `${text}/` : text };
}

/** A bucket's folder name. @throws StorageError */
export function bucketToFolder(bucket: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(bucket) && !bucket.endsWith('.')) return bucket;
  throw new StorageError(`${JSON.stringify(bucket)} is no bucket name`, {
    hint: 'letters, digits, dots, dashes and underscores, at most 128, beginning with a letter or digit',
  });
}

function assertKey(key: string): void {
  if (key === '') throw new StorageError('an object needs a key that is not empty');
  if (key.includes('\0'))
    throw new StorageError(`key ${JSON.stringify(key)} holds a NUL character, which no file name can`);
  if (!key.isWellFormed())
    throw new StorageError(`key ${JSON.stringify(key)} holds half of a surrogate pair and is no text`);
  const bytes = Buffer.byteLength(key);
  if (bytes > LONGEST_KEY) {
    throw new StorageError(
      `key ${JSON.stringify(`${key.slice(0, 40)}...`)} is ${bytes} bytes long; ${LONGEST_KEY} are allowed`,
    );
  }
}

/** A part of a key as a name, or as several where it is long: folders, and a name in the last of them. */
function encodeSegment(segment: string): string {
  if (segment === '') return EMPTY;
  const characters = [...segment];
  // Windows drops these from the end of a name.
  const last = characters.at(-1);
  const end = last === '.' || last === ' ' ? percent(characters.pop() ?? '') : '';
  let path = '';
  let piece = '';
  for (const character of characters) {
    piece += encodeCharacter(character);
    // Cut here whatever follows, so that what lies below a continued name never mixes with its neighbours in order.
    if (Buffer.byteLength(piece) >= LONG_NAME) {
      path += `${piece}${CONTINUED}/`;
      piece = '';
    }
  }
  return `${path}${piece + end || EMPTY}`;
}

/** The first piece of a long name; undefined for what is none. */
function encodeStart(text: string): string | undefined {
  const characters = Array.from(text, encodeCharacter);
  const encoded = characters.join('');
  const length = Buffer.byteLength(encoded);
  return length >= LONG_NAME && length - Buffer.byteLength(characters.at(-1) ?? '') < LONG_NAME ? encoded : undefined;
}

function encodeCharacter(character: string): string {
  return character < ' ' || FORBIDDEN.includes(character) ? percent(character) : character;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function decode(name: string): string {
  if (name === EMPTY) return '';
  return name.replaceAll(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

import { createHash } from 'node:crypto';
import { StorageError } from '@lithops/core/plugin';

/** Longest name of a file or folder that every file system takes, in bytes. */
const LONGEST_NAME = 200;
/** Ends the names of files that hold objects, so that a key and a longer one that goes on below it can both exist. */
const OBJECT_SUFFIX = '%o';
/** Joins the pieces of a name that is longer than a file's may be. */
const CONTINUED = '%+';

/**
 * Where an object is, relative to its bucket's folder: a folder for each `/` of the key, names written so that any file
 * system holds any key, and none leads out of the bucket. Names keep the order of the keys' bytes as far as files go.
 */
export function keyToPath(key: string): string {
  if (key.includes('\0')) throw new StorageError(`key ${JSON.stringify(key)} holds a NUL character, which no file name can`);
  const segments = key.split('/');
  const folders = segments.slice(0, -1).flatMap((segment) => pieces(escape(segment)));
  const name = pieces(`${escape(segments.at(-1) ?? '')}${OBJECT_SUFFIX}`);
  return [...folders, ...name].join('/');
}

/** The key of a path by {@link keyToPath}; undefined for files that hold no object. */
export function pathToKey(path: string): string | undefined {
  if (!path.endsWith(OBJECT_SUFFIX)) return undefined;
  const joined = path.slice(0, -OBJECT_SUFFIX.length).replaceAll(`${CONTINUED}/`, '');
  return joined.split('/').map(unescape).join('/');
}

/** A bucket's folder name. @throws StorageError */
export function bucketToFolder(bucket: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/.test(bucket)) return bucket;
  throw new StorageError(`'${bucket}' is no bucket name: letters, digits, dots, dashes and underscores, beginning with a letter or digit`);
}

/** Names a temporary file that can be no object. */
export function temporaryName(): string {
  return `%t${createHash('sha1').update(`${process.pid} ${performance.now()} ${Math.random()}`).digest('hex')}`;
}

function escape(segment: string): string {
  // An empty segment and those that mean something to a file system are written out.
  if (segment === '') return '%_';
  if (segment === '.' || segment === '..') return segment.replaceAll('.', '%2E');
  return segment.replaceAll(/[%\\:*?"<>|\u0001-\u001f\u007f]|[. ]$/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function unescape(segment: string): string {
  if (segment === '%_') return '';
  return segment.replaceAll(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** A name cut into as many folders as it needs. */
function pieces(name: string): string[] {
  const result: string[] = [];
  let piece = '';
  for (const character of name) {
    if (Buffer.byteLength(piece + character) > LONGEST_NAME) {
      result.push(piece + CONTINUED);
      piece = '';
    }
    piece += character;
  }
  return [...result, piece];
}

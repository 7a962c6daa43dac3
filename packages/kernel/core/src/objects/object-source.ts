import { resolve } from 'node:path';
import type { CloudObject } from '../storage/cloud-object.ts';
import { GlobPattern } from './glob-pattern.ts';
import { printableUrl } from './printable-url.ts';

/**
 * Where objects are: `'aws_s3://bucket'`, `'aws_s3://bucket/prefix/'`, `'localhost://bucket/key'`, `'aws_s3://bucket/2026-*\/*.csv'`,
 * `'file:///data/*.csv'`, `'https://host/file'`, or a CloudObject.
 */
export type ObjectSource = string | URL | CloudObject;

/** A source as it was understood. `name` is how its author wrote it, for messages. */
export type ParsedSource = { readonly name: string } & (
  | { readonly kind: 'key'; readonly backend: string; readonly bucket: string; readonly key: string }
  | {
      readonly kind: 'keys';
      readonly backend: string;
      readonly bucket: string;
      readonly prefix: string;
      readonly pattern?: GlobPattern;
    }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'files'; readonly folder: string; readonly pattern: GlobPattern }
  | { readonly kind: 'url'; readonly url: string }
);

/** Names that other tools have for the same storages. */
const ALIASES: Readonly<Record<string, string>> = { s3: 'aws_s3', cos: 'ibm_cos', gs: 'gcp_storage' };
const FORMS = `write '<storage>://bucket/prefix/', '<storage>://bucket/key', 'file:///path' or 'https://host/path', with * for any characters in a name`;

/** @throws TypeError for what is no source. */
export function parseSource(source: ObjectSource): ParsedSource {
  if (source instanceof URL) return parseText(source.href);
  if (typeof source === 'string') return parseText(source);
  if (isCloudObject(source)) {
    const { backend, bucket, key } = source;
    return { name: `${backend}://${bucket}/${key}`, kind: 'key', backend, bucket, key };
  }
  throw new TypeError(`a source of objects is a text, a URL or a CloudObject, not ${describe(source)}; ${FORMS}`);
}

function parseText(name: string): ParsedSource {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9_+.-]*):\/\/(.*)$/is.exec(name) ?? [];
  switch (scheme.toLowerCase()) {
    case '':
      throw new TypeError(`'${name}' is no source of objects; ${FORMS}`);
    case 'file':
      return parseFile(name, rest);
    case 'http':
    case 'https':
      if (!URL.canParse(name)) throw new TypeError(`'${name}' is no valid URL`);
      return { name: printableUrl(name), kind: 'url', url: new URL(name).href };
    default:
      return parseStorage(name, ALIASES[scheme] ?? scheme, rest);
  }
}

function parseStorage(name: string, backend: string, rest: string): ParsedSource {
  const slash = rest.indexOf('/');
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  const key = slash < 0 ? '' : rest.slice(slash + 1);
  if (bucket === '') throw new TypeError(`'${name}' names no bucket; ${FORMS}`);
  if (GlobPattern.isGlob(bucket)) throw new TypeError(`'${name}': a bucket is named in full, without *`);
  if (GlobPattern.isGlob(key)) {
    const pattern = new GlobPattern(key);
    return { name, kind: 'keys', backend, bucket, prefix: pattern.prefix, pattern };
  }
  if (key === '' || key.endsWith('/')) return { name, kind: 'keys', backend, bucket, prefix: key };
  return { name, kind: 'key', backend, bucket, key };
}

function parseFile(name: string, rest: string): ParsedSource {
  // `file:///a`, `file://localhost/a`, and what people write for files below the current folder: `file://data/a`, `file://./a`.
  const written = rest.replace(/^localhost(?=\/)/, '').replace(/^\/(?=[a-z]:[\\/])/i, '');
  const path = resolve(decoded(written));
  if (!GlobPattern.isGlob(written)) return { name, kind: 'file', path };
  // An escaped star, %2A, is one in the file's name.
  const folder = resolve(decoded(written.slice(0, written.indexOf('*')).replace(/[^/]*$/, '')) || '.');
  return { name, kind: 'files', folder, pattern: new GlobPattern(path.replaceAll('\\', '/')) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a percent sign that is part of the name
  }
}

/** By its members: it may be of another copy of core. */
function isCloudObject(value: unknown): value is CloudObject {
  if (typeof value !== 'object' || value === null) return false;
  return (['backend', 'bucket', 'key'] as const).every((member) => {
    const text: unknown = Reflect.get(value, member);
    return typeof text === 'string' && text !== '';
  });
}

function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list in a list' : typeof value;
}

import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { BaseImage } from './base-image.ts';
import type { Descriptor } from './image-documents.ts';
import { nodePath } from './node-path.ts';
import { isOldNode } from './node-version.ts';

/** What is at a path of an image where Node might be. */
type Found = { readonly version: string | undefined } | { readonly target: string } | 'deleted';

/** Of Node in an image: its version, `unknown` where it is there and does not tell, `none` where there is none. */
export type NodeInImage = { readonly version: string } | 'unknown' | 'none';

const MOST_LINKS = 8;
/** What is looked for may lie across two pieces. */
const OVERLAP_CHARS = 128;

/**
 * Looks for Node in an image, without running it: what the image says of itself, as all that are made `FROM node` do, else
 * in its layers, which takes reading them.
 * @throws what the registry does
 */
export async function findNode(base: BaseImage, onRead: () => void): Promise<NodeInImage> {
  const { config = {} } = base.config;
  const said = (config.Env ?? []).find((entry) => entry.startsWith('NODE_VERSION='))?.split('=')[1];
  if (said !== undefined && /^v?\d+\.\d+\.\d+/.test(said)) return { version: said.replace(/^v/, '') };
  onRead();
  const found = new Map<string, Found>();
  const folders = nodePath(config).split(':');
  for (const layer of base.manifest.layers.toReversed()) {
    const isRead = await base.repository.patiently(() => readLayer(base, layer, found));
    if (!isRead) return 'unknown';
    const node = firstOf(folders, found);
    if (node !== undefined && node.version !== undefined && !isOldNode(node.version)) return { version: node.version };
  }
  const node = firstOf(folders, found) ?? anywhere(found);
  if (node === undefined) return 'none';
  return node.version === undefined ? 'unknown' : { version: node.version };
}

/** Undefined for a compression that this Node does not know. */
function openArchive(blob: Readable, mediaType: string): Readable | undefined {
  const failing = <Stream extends NodeJS.ReadWriteStream & Readable>(stream: Stream): Readable => {
    blob.once('error', (error) => stream.destroy(error)).pipe(stream);
    return stream.once('close', () => blob.destroy());
  };
  if (/gzip$/.test(mediaType)) return failing(zlib.createGunzip());
  if (!/zstd$/.test(mediaType)) return blob;
  // Since Node 22.15.
  if ('createZstdDecompress' in zlib) return failing(zlib.createZstdDecompress());
  blob.destroy();
  return undefined;
}

/** @returns false for a layer in a form that cannot be read here. */
async function readLayer(base: BaseImage, layer: Descriptor, found: Map<string, Found>): Promise<boolean> {
  const archive = openArchive(await base.repository.blob(layer.digest), layer.mediaType);
  if (archive === undefined) return false;
  const here = new Map<string, Found>();
  const entries = archive.once('error', (error) => entries.destroy(error)).pipe(extract());
  for await (const entry of entries) {
    const path = posix.join('/', entry.header.name);
    const name = posix.basename(path);
    if (/^(?:\.wh\.)?node(?:js)?$/.test(name)) {
      const at = posix.join(posix.dirname(path), name.replace(/^\.wh\./, ''));
      const what = name.startsWith('.wh.') ? 'deleted' : await look(entry.header, entry);
      if (what !== undefined) here.set(at, what);
    }
    entry.resume();
  }
  // Upper layers come first.
  for (const [path, what] of here) if (!found.has(path)) found.set(path, what);
  return true;
}

async function look({ type, name, linkname }: Header, content: AsyncIterable<unknown>): Promise<Found | undefined> {
  if (type === 'symlink') return { target: posix.resolve(posix.dirname(posix.join('/', name)), linkname ?? '') };
  if (type === 'link') return { target: posix.join('/', linkname ?? '') };
  return type === 'file' ? { version: await versionIn(content) } : undefined;
}

/** Programs of Node hold the address of their own release, or at least their version as `process.version` has it. */
async function versionIn(content: AsyncIterable<unknown>): Promise<string | undefined> {
  let tail = '';
  let release: string | undefined;
  let plain: string | undefined;
  // To the end: an archive goes on behind an entry that was read whole.
  for await (const chunk of content) {
    if (release !== undefined) continue;
    const text = tail + (chunk as Buffer).toString('latin1'); // archives give nothing else
    release = /\/v(\d+\.\d+\.\d+)\/node-v\1/.exec(text)?.[1];
    plain ??= /\0v(\d\d\.\d+\.\d+)\0/.exec(text)?.[1];
    tail = text.slice(-OVERLAP_CHARS);
  }
  return release ?? plain;
}

function firstOf(
  folders: readonly string[],
  found: ReadonlyMap<string, Found>,
): { readonly version: string | undefined } | undefined {
  for (const folder of folders) {
    let what = found.get(posix.join(folder, 'node'));
    for (let links = 0; what !== undefined && what !== 'deleted' && 'target' in what && links < MOST_LINKS; links++)
      what = found.get(what.target);
    if (what !== undefined && what !== 'deleted' && 'version' in what) return what;
  }
  return undefined;
}

/** A folder of the PATH may be a link itself; an image is not refused for what was not understood of it. */
function anywhere(found: ReadonlyMap<string, Found>): { readonly version: string | undefined } | undefined {
  return [...found.values()].find((what) => what !== 'deleted' && 'version' in what && what.version !== undefined) as
    | { readonly version: string | undefined }
    | undefined; // found to be one
}

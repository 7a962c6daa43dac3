import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestOf } from '../image/digest.ts';

const MOST_FILES = 400;

/**
 * A document of an image by its digest, from this machine where it was read before: registries count, and limit, how often
 * manifests are fetched, but not how often it is asked what a tag names.
 * @param fetch Gets it from its registry; what it gives has that digest.
 */
export async function cachedDocument(digest: string, fetch: () => Promise<Buffer>): Promise<Buffer> {
  const file = join(cacheFolder(), `${digest.replace(':', '-')}.json`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept !== undefined && digestOf(kept) === digest) return kept;
  const bytes = await fetch();
  await keep(file, bytes).catch(() => {}); // it is fetched again then
  return bytes;
}

/** Beside the user's configuration. */
function cacheFolder(): string {
  return join(process.env['HOME'] ?? homedir(), '.lithops', 'cache', 'images');
}

/** Whole or not at all, whoever else does the same. */
async function keep(file: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await dropOldest(folder);
  const written = `${file}.${randomUUID()}`;
  await writeFile(written, bytes, { mode: 0o600 });
  await rename(written, file);
}

async function dropOldest(folder: string): Promise<void> {
  const files = await readdir(folder);
  if (files.length < MOST_FILES) return;
  const ages = await Promise.all(
    files.map(async (name) => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })),
  );
  const oldest = ages.toSorted((a, b) => a.at - b.at).slice(0, files.length / 2);
  await Promise.all(oldest.map(({ path }) => rm(path, { force: true })));
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvocationError } from '@lithops/core/plugin';

/** The master's program as one file. It is built, also where the package itself is its sources. */
export async function masterCode(): Promise<Buffer> {
  const places = ['./master.mjs', '../dist/master.mjs'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const file = places.find((place) => existsSync(place));
  if (file !== undefined) return readFile(file);
  throw new InvocationError('master.mjs is missing from @lithops/standalone', {
    hint: 'install the package again; in its repository, build it',
  });
}

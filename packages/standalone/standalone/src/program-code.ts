import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvocationError } from '@lithops/core/plugin';

/** A program for machines as one file. It is built, also where the package itself is its sources. */
export async function programCode(name: 'master.mjs' | 'container-worker.mjs'): Promise<Buffer> {
  const places = [`./${name}`, `../dist/${name}`].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const file = places.find((place) => existsSync(place));
  if (file !== undefined) return readFile(file);
  throw new InvocationError(`${name} is missing from @lithops/standalone`, {
    hint: 'install the package again; in its repository, build it',
  });
}

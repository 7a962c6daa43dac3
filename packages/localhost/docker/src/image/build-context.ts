import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { ConfigError, type RuntimeBuildOptions } from '@lithops/core/plugin';
import { pack } from 'tar-fs';
import { DEFAULT_DOCKERFILE } from '../default-dockerfile.ts';

/** Its types speak of a default export; the module itself is the function. */
const ignoring = dockerignore as unknown as typeof dockerignore.default;

/** The name of the Dockerfile within what is sent: one that no context has. */
const DOCKERFILE = '.lithops.Dockerfile';

/** What is sent to an engine to build from: a folder, without what its .dockerignore names, and the Dockerfile from wherever it is. */
export async function buildContext({
  file,
  context,
}: RuntimeBuildOptions): Promise<{ readonly context: NodeJS.ReadableStream; readonly dockerfile: string }> {
  const path = file === undefined ? DEFAULT_DOCKERFILE : resolve(file);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(`there is no Dockerfile ${path}`, { hint: 'correct the path', cause });
  });
  const folder = resolve(context ?? dirname(path));
  const ignored = (await dockerIgnore(folder, path)) ?? '';
  const isSent = ignoring({ ignorecase: false }).add(ignored).createFilter();
  const tar = pack(folder, {
    ignore: (name) =>
      name !== folder && (relative(folder, name) === '.dockerignore' || !isSent(relative(folder, name))),
    finalize: false,
    finish: (archive) => {
      archive.entry({ name: DOCKERFILE }, text);
      // The engine reads it too, and keeps what is named there out of `COPY .`: our Dockerfile is nothing of the user's.
      archive.entry({ name: '.dockerignore' }, `${ignored}\n${DOCKERFILE}\n`);
      archive.finalize();
    },
  });
  return { context: tar, dockerfile: DOCKERFILE };
}

/** That of the Dockerfile itself wins. */
async function dockerIgnore(folder: string, dockerfile: string): Promise<string | undefined> {
  for (const file of [`${dockerfile}.dockerignore`, join(folder, '.dockerignore')]) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

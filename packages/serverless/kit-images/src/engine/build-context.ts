import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { ConfigError } from '@lithops/core/plugin';
import { type PackOptions, pack } from 'tar-fs';

export interface DockerfileSource {
  /** Dockerfile. */
  readonly file: string;
  /** Folder that it may copy from. Default: that of the Dockerfile. */
  readonly context?: string | undefined;
}

/** What is sent to an engine to build from. */
export interface BuildContext {
  /** An archive of it; made anew each time. */
  archive(): NodeJS.ReadableStream;
  /** The name of the Dockerfile in it. */
  readonly dockerfile: string;
  /** Of the names, modes and contents in it, and of nothing else. @throws what reading files does */
  digest(): Promise<string>;
}

/** Its types speak of a default export; the module itself is the function. */
const ignoring = dockerignore as unknown as typeof dockerignore.default;

/** Its types know no order. */
interface OrderedPackOptions extends PackOptions {
  readonly sort?: boolean;
}

/** The name of the Dockerfile within what is sent: one that no context has. */
const DOCKERFILE = '.lithops.Dockerfile';
const SAME_FOR_ALL = { uid: 0, gid: 0, mtime: new Date(1000), uname: '', gname: '' };

/** A folder, without what its .dockerignore names, and the Dockerfile from wherever it is. @throws ConfigError when there is none */
export async function buildContext({ file, context }: DockerfileSource): Promise<BuildContext> {
  const path = resolve(file);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(`there is no Dockerfile ${path}`, { hint: 'correct the path', cause });
  });
  const folder = resolve(context ?? dirname(path));
  const ignored = (await dockerIgnore(folder, path)) ?? '';
  const isSent = ignoring({ ignorecase: false }).add(ignored).createFilter();
  const packed = (options: OrderedPackOptions) =>
    pack(folder, {
      ...options,
      ignore: (name) =>
        name !== folder && (relative(folder, name) === '.dockerignore' || !isSent(relative(folder, name))),
      finalize: false,
      finish: (archive) => {
        archive.entry({ ...SAME_FOR_ALL, name: DOCKERFILE }, text);
        // The engine reads it too, and keeps what is named there out of `COPY .`: our Dockerfile is nothing of the user's.
        archive.entry({ ...SAME_FOR_ALL, name: '.dockerignore' }, `${ignored}\n${DOCKERFILE}\n`);
        archive.finalize();
      },
    });
  return {
    dockerfile: DOCKERFILE,
    archive: () => packed({}),
    async digest() {
      const hash = createHash('sha256');
      for await (const chunk of packed({ sort: true, map: (header) => ({ ...header, ...SAME_FOR_ALL }) }))
        hash.update(chunk);
      return `sha256:${hash.digest('hex')}`;
    },
  };
}

/** That of the Dockerfile itself wins. */
async function dockerIgnore(folder: string, dockerfile: string): Promise<string | undefined> {
  for (const file of [`${dockerfile}.dockerignore`, join(folder, '.dockerignore')]) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

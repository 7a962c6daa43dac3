import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { DockerEngine } from './docker-engine.ts';
import { withFileLock } from './file-lock.ts';

const run = promisify(execFile);

/** What an image of the tests is like; each thing left out is as small as it can be. */
export interface ImageRecipe {
  /** The Node binary, and where it is to be; default `/usr/local/bin/node`. False: no Node. */
  readonly node?: { readonly binary?: string; readonly path?: string } | false;
  /** Whether there is a shell. Default: yes. */
  readonly shell?: boolean;
  /** Files by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Instructions of a Dockerfile: `ENV`, `USER`, `ENTRYPOINT`. Default: a PATH. */
  readonly changes?: readonly string[];
}

/** Makes an image from files of this machine, with no registry, unless the same is there. */
export async function buildImage(engine: DockerEngine, name: string, recipe: ImageRecipe = {}): Promise<void> {
  await withFileLock(`image-${name.replaceAll(/[^a-z0-9]+/g, '-')}`, async () => {
    const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
    const label = '{{index .Config.Labels "lithops-test.recipe"}}';
    if ((await docker(engine, ['image', 'inspect', '-f', label, name]).catch(() => '')) === hash) return;
    const root = await mkdtemp(join(tmpdir(), 'lithops-image-'));
    try {
      await fill(root, recipe);
      const { changes = ['ENV PATH=/usr/local/bin:/usr/bin:/bin'] } = recipe;
      await importFolder(engine, root, name, [...changes, `LABEL lithops-test.recipe=${hash}`]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
}

/** An image with the Node that runs this, a shell and nothing else: `lithops-test/node`. */
export async function buildNodeImage(engine: DockerEngine): Promise<string> {
  const name = `lithops-test/node:${process.versions.node}`;
  await buildImage(engine, name);
  return name;
}

/** Runs the Docker command line against an engine. */
export async function docker(engine: DockerEngine, args: readonly string[]): Promise<string> {
  const { stdout } = await run('/usr/bin/docker', [...args], {
    env: { ...process.env, DOCKER_HOST: engine.host, DOCKER_BUILDKIT: '0' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.trim();
}

async function fill(root: string, { node = {}, shell = true, files = {} }: ImageRecipe): Promise<void> {
  const programs: [from: string, to: string][] = [];
  if (node !== false) programs.push([node.binary ?? process.execPath, node.path ?? '/usr/local/bin/node']);
  if (shell) programs.push(['/bin/sh', '/bin/sh']);
  for (const [from, to] of programs) {
    await copy(from, join(root, to));
    for (const library of await librariesOf(from)) await copy(library, join(root, library));
  }
  await mkdir(join(root, 'tmp'), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { dereference: true });
}

/** Scripts and programs for another processor need none. */
async function librariesOf(binary: string): Promise<string[]> {
  const { stdout } = await run('ldd', [binary]).catch(() => ({ stdout: '' }));
  return [...new Set([...stdout.matchAll(/(?:=> )?(\/[^ ]+)/g)].map(([, path = '']) => path))];
}

/** Makes an image of a folder. */
export async function importFolder(
  engine: DockerEngine,
  root: string,
  name: string,
  changes: readonly string[],
): Promise<void> {
  const flags = changes.flatMap((change) => ['--change', change]);
  const tar = spawn('tar', ['-C', root, '--owner=0', '--group=0', '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const load = spawn('/usr/bin/docker', ['import', ...flags, '-', name], {
    env: { ...process.env, DOCKER_HOST: engine.host },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let complaint = '';
  load.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  load.stdin.on('error', () => {}); // why it takes no more is told by its exit
  tar.stdout.pipe(load.stdin);
  const [code] = await once(load, 'close');
  if (code !== 0) throw new Error(`image ${name} could not be made: ${complaint}`);
}

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { promisify } from 'node:util';
import { invalidParameter } from '../api/service-error.ts';

const run = promisify(execFile);

/** A registry that stands for ECR. */
export interface ImageRegistry {
  /** What names of images begin with. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
}

/** An image that was taken from its registry. */
export interface UnpackedImage {
  /** Of its manifest, in hex. */
  readonly sha256: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
}

interface Manifest {
  readonly mediaType?: string;
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

interface Config {
  readonly architecture: string;
  readonly config?: {
    readonly Env?: readonly string[];
    readonly Entrypoint?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly WorkingDir?: string;
  };
}

const MANIFESTS =
  'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.index.v1+json';
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', arm64: 'arm64' };

/** Images of functions, each unpacked once. */
export class ImageStore {
  readonly #folder: string;
  readonly #registry: ImageRegistry | undefined;
  readonly #images = new Map<string, Promise<UnpackedImage>>();

  constructor(folder: string, registry: ImageRegistry | undefined) {
    this.#folder = folder;
    this.#registry = registry;
  }

  /** Undefined where there is no registry: functions are kept then, and not run. @throws ServiceError when there is no such image */
  async take(uri: string, architecture: string): Promise<UnpackedImage | undefined> {
    const registry = this.#registry;
    if (registry === undefined) return undefined;
    const [, repository = '', reference = ''] =
      /^([^@]+?)(?:@|:(?!.*:))(.+)$/.exec(uri.slice(registry.server.length + 1)) ?? [];
    if (!uri.startsWith(`${registry.server}/`) || repository === '')
      throw invalidParameter(`Source image ${uri} is not valid. Provide a valid source image.`);
    const answer = await ask(registry, `${repository}/manifests/${reference}`);
    if (!answer.ok) throw invalidParameter(`Source image ${uri} does not exist. Provide a valid source image.`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const manifest: Manifest = JSON.parse(bytes.toString());
    if (manifest.config === undefined || manifest.layers === undefined)
      throw invalidParameter(
        `The image manifest, config or layer media type for the source image ${uri} is not supported.`,
      );
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const unpacking = this.#images.get(sha256) ?? this.#unpack(registry, repository, manifest, sha256, architecture);
    this.#images.set(sha256, unpacking);
    unpacking.catch(() => this.#images.delete(sha256));
    return unpacking;
  }

  async #unpack(
    registry: ImageRegistry,
    repository: string,
    manifest: Manifest,
    sha256: string,
    architecture: string,
  ): Promise<UnpackedImage> {
    const described = await ask(registry, `${repository}/blobs/${manifest.config.digest}`);
    const { architecture: made, config = {} }: Config = JSON.parse(await described.text());
    if (made !== ARCHITECTURES[architecture])
      throw invalidParameter(`The image is made for ${made}, and the function is to run on ${architecture}.`);
    const folder = join(this.#folder, sha256);
    const partial = `${folder}.partial`;
    await mkdir(partial, { recursive: true });
    for (const { digest } of manifest.layers) {
      const archive = `${partial}.layer`;
      const { body } = await ask(registry, `${repository}/blobs/${digest}`);
      await pipeline(Readable.fromWeb(body as ReadableStream<Uint8Array>), createWriteStream(archive));
      await apply(archive, partial);
      await rm(archive);
    }
    // Of the root itself layers do not decide.
    await chmod(partial, 0o755);
    // What Lambda puts there.
    for (const name of ['proc', 'dev', 'tmp', 'etc']) await mkdir(join(partial, name), { recursive: true });
    for (const name of ['resolv.conf', 'hosts']) await writeFile(join(partial, 'etc', name), '', { flag: 'a' });
    await rename(partial, folder);
    const { Env = [], Entrypoint, Cmd, WorkingDir = '' } = config;
    return {
      sha256,
      folder,
      environment: Object.fromEntries(
        Env.map((entry) => [entry.split('=', 1)[0], entry.slice(entry.indexOf('=') + 1)]),
      ),
      entryPoint: Entrypoint ?? [],
      command: Cmd ?? [],
      workingDirectory: WorkingDir === '' ? '/' : WorkingDir,
    };
  }
}

function ask({ server, user, password }: ImageRegistry, path: string): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return fetch(`http://${server}/v2/${path}`, { headers: { authorization, accept: MANIFESTS } });
}

/** Puts a layer on those below: what it names as gone is gone, and what it has is there. */
async function apply(archive: string, root: string): Promise<void> {
  const { stdout } = await run('tar', ['-tf', archive], { maxBuffer: 64 * 1024 * 1024 });
  for (const path of stdout.split('\n')) {
    const [, folder = '', name] = /^(.*\/)?\.wh\.(.+)$/.exec(path) ?? [];
    if (name === '.wh..opq') await run('find', [join(root, folder), '-mindepth', '1', '-delete']);
    else if (name !== undefined) await rm(join(root, folder, name), { recursive: true, force: true });
  }
  await run('tar', ['-xf', archive, '-C', root, '--exclude=.wh.*', '--no-same-owner']);
}

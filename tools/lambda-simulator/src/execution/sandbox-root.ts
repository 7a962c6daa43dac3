import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CgroupPair } from './cgroup-pair.ts';
import type { ImageRuntime } from './image-runtime.ts';
import { writeRuntime } from './runtime-folder.ts';

const PREPARE = fileURLToPath(new URL('./prepare-root.sh', import.meta.url));
const ENTER = fileURLToPath(new URL('./enter-sandbox.sh', import.meta.url));
const ENTER_IMAGE = fileURLToPath(new URL('./enter-image.sh', import.meta.url));

/** What a sandbox is started with. */
export interface SandboxPlace {
  /** Becomes /var/task. */
  readonly taskFolder: string;
  /** Its files are all that there is, then. */
  readonly image?: ImageRuntime;
  /** Becomes /opt; none: empty. */
  readonly layersFolder?: string;
  readonly cgroups: CgroupPair;
  /** Number of the user that it runs as. */
  readonly user: number;
  readonly ephemeralMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Descriptor of the file that its output goes to. */
  readonly output: number;
}

/**
 * The read-only file system that all sandboxes of a simulator see, in a mount namespace of its own. It is held by a
 * shell, which ends all sandboxes and removes their files when this process ends, however it does.
 */
export class SandboxRoot implements AsyncDisposable {
  /** Of the simulator: code, logs, the prepared root. */
  readonly folder: string;
  readonly cgroups: CgroupPair;
  readonly #holder: ChildProcess;

  /** `addon`: of Amazon's runtime client, compiled; default: its stand-in. @throws Error where mount namespaces or control groups are not to be had. */
  static async create(addon?: string): Promise<SandboxRoot> {
    const cgroups = await CgroupPair.create(`lithops-lambda-${process.pid}-${randomBytes(4).toString('hex')}`);
    const folder = await mkdtemp(join(tmpdir(), 'lithops-lambda-'));
    await Promise.all(['root', 'code', 'sandboxes'].map((name) => mkdir(join(folder, name))));
    await writeRuntime(join(folder, 'runtime'), addon);
    const holder = spawn(
      'unshare',
      ['--mount', 'sh', PREPARE, folder, process.execPath, cgroups.unified, cgroups.memory],
      // A session of its own: what interrupts this process must not interrupt the tidying up.
      { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
    );
    let output = '';
    holder.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const ready = await Promise.race([
      once(holder.stdout.setEncoding('utf8'), 'data').then(() => true),
      once(holder, 'close').then(() => false),
    ]);
    if (!ready) {
      await Promise.all([rm(folder, { recursive: true, force: true }), cgroups.remove()]);
      throw new Error(`sandboxes need root, mount namespaces and control groups of this machine: ${output.trim()}`);
    }
    holder.unref();
    for (const stream of [holder.stdin, holder.stdout, holder.stderr]) (stream as unknown as { unref(): void }).unref(); // sockets of pipes
    return new SandboxRoot(folder, cgroups, holder);
  }

  private constructor(folder: string, cgroups: CgroupPair, holder: ChildProcess) {
    this.folder = folder;
    this.cgroups = cgroups;
    this.#holder = holder;
  }

  /** A process that has no more than its place. */
  spawn(place: SandboxPlace): ChildProcess {
    const { taskFolder, image, layersFolder = '', cgroups, user, ephemeralMegabytes, environment, output } = place;
    const root = join(this.folder, 'root');
    const limits = [cgroups.unified, cgroups.memory, user, ephemeralMegabytes];
    const enter =
      image === undefined
        ? [ENTER, root, taskFolder, layersFolder, ...limits]
        : [ENTER_IMAGE, image.folder, ...limits, image.workingDirectory, ...image.command];
    const namespace = `--mount=/proc/${this.#holder.pid}/ns/mnt`;
    return spawn('/usr/bin/nsenter', [namespace, '/usr/bin/unshare', '--mount', '/bin/sh', ...enter.map(String)], {
      stdio: ['ignore', output, output],
      env: environment,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#holder.exitCode !== null) return;
    this.#holder.ref();
    const ended = once(this.#holder, 'exit');
    this.#holder.stdin?.end();
    await ended;
  }
}

import { chmod, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectProcesses, type SharedPath } from '@lithops/worker/remote';
import type { MountSettings } from 'dockerode';
import { machineId, processId } from './container-labels.ts';

/** Where containers find it. */
const THERE = '/lithops-channel';
const PREFIX = `lithops-channel-${machineId()}-`;

/**
 * A folder of this machine through which the processes in a container reach their client: a socket, and a file for each
 * process. Only we can enter it; the container sees the parts that are mounted, and can make nothing in them. So they may
 * be open to every user, and be used by whomever the container runs as.
 */
export class ChannelFolder {
  /** What listens at the socket. */
  readonly processes: DirectProcesses;
  readonly #folder: string;
  readonly #files: readonly SharedPath[];

  private constructor(folder: string, files: readonly SharedPath[], processes: DirectProcesses) {
    this.#folder = folder;
    this.#files = files;
    this.processes = processes;
  }

  /** @param processes at once @throws Error when it cannot be made, or be listened in: its path may be too long */
  static async create(processes: number): Promise<ChannelFolder> {
    const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${processId(process.pid) ?? process.pid}-`));
    try {
      await mkdir(join(folder, 'door'));
      await chmod(join(folder, 'door'), 0o755);
      const files = Array.from({ length: processes }, (_, index) => shared(folder, `process-${index}`));
      for (const { here } of files) {
        await writeFile(here, '', { flag: 'wx' });
        await chmod(here, 0o666);
      }
      const socket = shared(folder, 'door/socket');
      const listening = await DirectProcesses.listen({ socket, files });
      await chmod(socket.here, 0o666);
      return new ChannelFolder(folder, files, listening);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** None lies in another: what is a place for mounts in a container that is being filled cannot be removed. */
  get mounts(): MountSettings[] {
    const { here, there } = shared(this.#folder, 'door');
    const door: MountSettings = { Type: 'bind', Source: here, Target: there, ReadOnly: true };
    return [door, ...this.#files.map(({ here, there }) => ({ Type: 'bind' as const, Source: here, Target: there }))];
  }

  /** Whether a text speaks of it. */
  isIn(message: string): boolean {
    return message.includes(this.#folder) || message.includes(THERE);
  }

  /** What is connected stays so. */
  async remove(): Promise<void> {
    this.processes.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Removes the folders of clients of this user that were killed. */
export async function removeLeftoverChannels(): Promise<void> {
  const folder = tmpdir();
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PREFIX)) continue;
    const client = name.slice(PREFIX.length).replace(/-[^-]*$/, '');
    if (processId(Number.parseInt(client, 10)) === client) continue;
    const path = join(folder, name);
    const owner = await lstat(path).catch(() => undefined);
    if (owner?.isDirectory() === true && owner.uid === process.getuid?.())
      await rm(path, { recursive: true, force: true });
  }
}

function shared(folder: string, name: string): SharedPath {
  return { here: join(folder, name), there: `${THERE}/${name}` };
}

import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const UNIFIED = '/sys/fs/cgroup/unified';
const MEMORY = '/sys/fs/cgroup/memory';
const ENDING_MS = 10_000;

/**
 * A control group of the version 2 hierarchy, which freezes and ends processes even while they are frozen, and one of
 * version 1 for memory, of the same name: on machines with both, controllers are in version 1.
 */
export class CgroupPair {
  readonly name: string;
  readonly unified: string;
  readonly memory: string;

  /** @throws Error where there is no such hierarchy, or when it may not be written to. */
  static async create(name: string): Promise<CgroupPair> {
    const pair = new CgroupPair(name);
    try {
      await Promise.all([mkdir(pair.unified), mkdir(pair.memory)]);
    } catch (error) {
      throw new Error(
        `sandboxes need root and control groups at ${UNIFIED} (version 2) and ${MEMORY} (version 1): ${String(error)}`,
        { cause: error },
      );
    }
    return pair;
  }

  private constructor(name: string) {
    this.name = name;
    this.unified = join(UNIFIED, name);
    this.memory = join(MEMORY, name);
  }

  /** A pair within this one. */
  async child(name: string): Promise<CgroupPair> {
    return CgroupPair.create(join(this.name, name));
  }

  limitMemory(bytes: number): void {
    writeFileSync(join(this.memory, 'memory.limit_in_bytes'), String(bytes));
  }

  /** The most that was used since the last call. */
  takePeakBytes(): number {
    const file = join(this.memory, 'memory.max_usage_in_bytes');
    const peak = Number(readFileSync(file, 'utf8'));
    writeFileSync(file, '0');
    return peak;
  }

  /** How many processes ended for want of memory. */
  oomKills(): number {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(this.memory, 'memory.oom_control'), 'utf8'))?.[1] ?? 0);
  }

  freeze(): void {
    writeFileSync(join(this.unified, 'cgroup.freeze'), '1');
  }

  thaw(): void {
    writeFileSync(join(this.unified, 'cgroup.freeze'), '0');
  }

  /** Ends all processes at once. */
  kill(): void {
    writeFileSync(join(this.unified, 'cgroup.kill'), '1');
  }

  /** Once all processes have ended. @throws Error when they have not after 10 s. */
  async remove(): Promise<void> {
    await Promise.all([removed(this.unified), removed(this.memory)]);
  }
}

async function removed(folder: string): Promise<void> {
  const last = Date.now() + ENDING_MS;
  while (true) {
    try {
      return await rmdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      // Processes that were killed take a moment to be gone.
      if (code !== 'EBUSY' || Date.now() > last) throw error;
      await delay(5);
    }
  }
}

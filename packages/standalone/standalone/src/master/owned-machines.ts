import { writeFileSync } from 'node:fs';
import type { FolderLayout } from '../protocol/folder-layout.ts';
import type { MachineSpec } from '../protocol/master-api.ts';
import { SshConnection } from '../ssh/ssh-connection.ts';
import { machineTarget } from './machine-target.ts';

/** The lease of our own machine is renewed this often, in ms. */
const RENEW_MS = 1000;

export interface OwnedMachinesParts {
  readonly layout: FolderLayout;
  /** A pool, and this machine, are turned off when no task has run on them for so long; absent: never. */
  readonly softMs: number | undefined;
  readonly log: (text: string) => void;
}

/**
 * The machines that were made for this master, and when they have to go. Each has a guard of its own, which turns it off when
 * nothing of us is heard there; what is told from here is only quicker.
 */
export class OwnedMachines {
  readonly #parts: OwnedMachinesParts;
  readonly #usedAt = new Map<string, number>();
  #renewedAt = 0;

  constructor(parts: OwnedMachinesParts) {
    this.#parts = parts;
  }

  /** Tasks run on the pool, or it has got another machine. */
  used(pool: string): void {
    this.#usedAt.set(pool, Date.now());
  }

  /** We are there, and want this machine to be. */
  renewLease(now: number): void {
    if (now - this.#renewedAt < RENEW_MS) return;
    this.#renewedAt = now;
    writeFileSync(this.#parts.layout.lease, '');
  }

  /** Whether nothing has run on the machine's pool for too long. */
  isUnused({ pool }: MachineSpec, now: number): boolean {
    const { softMs } = this.#parts;
    if (pool === undefined || softMs === undefined) return false;
    const usedAt = this.#usedAt.get(pool) ?? now;
    // A pool that an earlier master has left counts from now on.
    this.#usedAt.set(pool, usedAt);
    return now - usedAt > softMs;
  }

  /** Has the machines turn themselves off; one that does not hear it does so when it misses us. */
  async turnOff(machines: readonly MachineSpec[]): Promise<void> {
    await Promise.all(
      machines.map(async ({ name, ssh }) => {
        if (ssh === undefined) return;
        try {
          await using connection = await SshConnection.open(machineTarget(ssh, this.#parts.layout.masterKey));
          await connection.run('power-off');
          this.#parts.log(`machine ${name} is turned off: nothing has run on it`);
        } catch (error) {
          this.#parts.log(`machine ${name} could not be turned off, and will turn itself off: ${String(error)}`);
        }
      }),
    );
  }

  turnOffOwn(): void {
    writeFileSync(this.#parts.layout.powerOff, '');
  }
}

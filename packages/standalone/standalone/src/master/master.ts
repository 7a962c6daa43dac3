import { join } from 'node:path';
import type { MachineSpec, MasterJob, MasterSettings, MasterStatus } from '../protocol/master-api.ts';
import { EnvironmentQueues } from './environment-queues.ts';
import { executeRun } from './execute-run.ts';
import { JobLedger } from './job-ledger.ts';
import { KnownMachines } from './known-machines.ts';
import type { OwnedMachines } from './owned-machines.ts';
import type { RedisAddress } from './redis-server.ts';
import type { Session } from './session.ts';
import type { SessionMeta } from './session-folder.ts';
import { type OpenedSession, Sessions } from './sessions.ts';
import { TaskSetups } from './task-setups.ts';

const LOOK_MS = 500;
/** Whoever starts a master is about to use it; so long it waits at least for the first session. */
const FIRST_USE_MS = 60_000;

export interface MasterParts {
  readonly state: string;
  readonly keyFile: string;
  readonly settings: MasterSettings;
  readonly redis: RedisAddress;
  /** Present where the machines were made for it. */
  readonly owned?: OwnedMachines;
  readonly log: (text: string) => void;
  /** Nobody has used it for as long as it waits for somebody. */
  readonly onIdle: () => void;
}

/** The master of a cluster: sessions of clients, a queue for each environment that they need, and the machines. */
export class Master {
  readonly #parts: MasterParts;
  readonly #startedAt = Date.now();
  readonly #sessions: Sessions;
  readonly #queues: EnvironmentQueues;
  readonly #timer: NodeJS.Timeout;
  readonly #ledger: JobLedger;
  readonly #machines: KnownMachines;
  /** When it was used last, or will have been waited for. */
  #usedAt = Date.now() + FIRST_USE_MS;

  constructor(parts: MasterParts) {
    const { state, redis, keyFile, settings, log } = parts;
    this.#parts = parts;
    this.#ledger = new JobLedger(state);
    this.#machines = new KnownMachines(state);
    this.#sessions = new Sessions({
      folder: join(state, 'sessions'),
      settings,
      work: {
        ledger: this.#ledger,
        log,
        add: (session, channel) => void this.#enqueue(session, channel),
        cancel: (session, channel) => void this.#dequeue(session, channel),
      },
    });
    const setups = new TaskSetups();
    this.#queues = new EnvironmentQueues({
      redis,
      keyFile,
      log,
      silenceMs: settings.silenceTimeout * 1000,
      execute: ({ session, channel }, slots) =>
        executeRun(this.#sessions.get(session), channel, { slots, setups, log }),
    });
    this.#queues.use(this.#machines.specs);
    this.#sessions.restore();
    for (const { meta } of this.#sessions) void this.#queues.of(meta.environment); // told by those that are added
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  get status(): MasterStatus {
    return {
      version: this.#parts.settings.version,
      startedAt: this.#startedAt,
      specs: this.#machines.specs,
      machines: this.#queues.status,
      sessions: Array.from(this.#sessions, ({ status }) => status),
    };
  }

  /** These machines are there, besides those that are known; one of the same name is replaced, but for what else it is prepared for. */
  useMachines(specs: readonly MachineSpec[]): void {
    this.#machines.add(specs);
    for (const { pool } of specs) if (pool !== undefined) this.#parts.owned?.used(pool);
    this.#queues.use(this.#machines.specs);
  }

  /** @param received how many replies of it the client has */
  openSession(meta: SessionMeta, received: number): OpenedSession {
    const opened = this.#sessions.open(meta, received);
    if (this.#parts.owned === undefined) this.#usedAt = Date.now();
    void this.#queues.of(meta.environment); // told by those that are added
    return opened;
  }

  acknowledge(id: string, received: number): void {
    this.#sessions.get(id)?.acknowledge(received);
  }

  closeSession(id: string): void {
    this.#sessions.close(id);
  }

  /** The jobs of all sessions, the latest first. */
  get jobs(): readonly MasterJob[] {
    const there = [...this.#sessions].filter(({ connected }) => connected);
    return this.#ledger.list(new Set(there.map(({ meta }) => meta.id)));
  }

  /** Ends a job; its client is told. @returns false when it is not known, or has ended */
  cancelJob(key: string): boolean {
    if (!this.#ledger.cancel(key)) return false;
    for (const session of this.#sessions) {
      const { executorId } = session.meta;
      if (key.startsWith(`${executorId}-`)) session.cancelJob(key.slice(executorId.length + 1));
    }
    this.#ledger.save();
    return true;
  }

  /** What calls wrote, a record a line: of one job or of all. */
  logs(key: string | undefined, follow: boolean, signal: AbortSignal): AsyncIterable<Buffer> {
    const hasEnded = (job: string) => this.jobs.find((each) => each.key === job)?.endedAt !== undefined;
    return this.#ledger.logs.read(key, follow ? hasEnded : undefined, signal);
  }

  /** Ends, and leaves all that has not ended to the next master. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const session of this.#sessions) session.leave();
    this.#ledger.save();
    this.#ledger.logs.close();
    await this.#queues.close();
  }

  /** The machines that are there, but not this one, are turned off. */
  async turnOffMachines(): Promise<void> {
    await this.#parts.owned?.turnOff(this.#machines.specs);
  }

  async #enqueue(session: Session, channel: number): Promise<void> {
    this.#usedAt = Date.now(); // it may be done before the next look
    try {
      const priority = session.run(channel)?.invocation.priority ?? 0;
      await (await this.#queues.of(session.meta.environment)).add({ session: session.meta.id, channel }, priority);
    } catch (error) {
      const stderr = `the queue of the master does not take it: ${error instanceof Error ? error.message : String(error)}`;
      session.tell({ type: 'lost', channel, death: { oom: false, reason: 'queue', stderr } });
    }
  }

  async #dequeue(session: Session, channel: number): Promise<void> {
    const queue = await this.#queues.of(session.meta.environment).catch(() => undefined); // told by those that are added
    await queue?.remove({ session: session.meta.id, channel });
  }

  /** Ends what nobody waits for. */
  #look(): void {
    const { owned, settings } = this.#parts;
    const { softTimeout } = settings;
    const now = Date.now();
    this.#sessions.endUnattended();
    for (const { connected, open, status } of this.#sessions) {
      if (open.length > 0 || (connected && owned === undefined)) this.#usedAt = now;
      if (status.pool !== undefined && open.length > 0) owned?.used(status.pool);
    }
    const used = Array.from(this.#sessions, ({ meta }) => meta.environment);
    this.#queues.closeUnused(used, now);
    this.#saveLedger();
    this.#turnOffUnused(now);
    // Machines cost: a client that does nothing with them does not keep them.
    const isNeeded = owned === undefined && this.#sessions.size > 0;
    if (softTimeout !== undefined && !isNeeded && now - this.#usedAt > softTimeout * 1000) this.#parts.onIdle();
  }

  #turnOffUnused(now: number): void {
    const { owned } = this.#parts;
    if (owned === undefined) return;
    owned.renewLease(now);
    const unused = this.#machines.specs.filter((machine) => owned.isUnused(machine, now));
    if (unused.length === 0) return;
    this.#machines.remove(unused);
    this.#queues.use(this.#machines.specs);
    void owned.turnOff(unused);
  }

  #saveLedger(): void {
    try {
      this.#ledger.save();
    } catch (error) {
      this.#parts.log(`the list of jobs cannot be kept: ${String(error)}`);
    }
  }
}

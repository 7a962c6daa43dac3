import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { MachineSpec, MasterJob, MasterSettings, MasterStatus } from '../protocol/master-api.ts';
import { EnvironmentQueues } from './environment-queues.ts';
import { executeRun } from './execute-run.ts';
import { JobLedger } from './job-ledger.ts';
import type { OwnedMachines } from './owned-machines.ts';
import type { RedisAddress } from './redis-server.ts';
import { Session, type SessionMeta, type SessionWork } from './session.ts';
import type { SessionRun } from './session-run.ts';
import { TaskSetups } from './task-setups.ts';
import { writeWhole } from './write-whole.ts';

const LOOK_MS = 500;
/** A client may be busy, and say nothing for a multiple of the time that it has for coming back. */
const SILENCES = 5;
const LEAST_SILENCE_MS = 6000;
/** A master whose machines were made for it waits at least so long for the first session. */
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
  readonly #sessions = new Map<string, Session>();
  readonly #queues: EnvironmentQueues;
  readonly #timer: NodeJS.Timeout;
  readonly #work: SessionWork;
  readonly #ledger: JobLedger;
  #machines: readonly MachineSpec[];
  #usedAt = Date.now();

  constructor(parts: MasterParts) {
    this.#parts = parts;
    this.#ledger = new JobLedger(parts.state);
    this.#work = {
      ledger: this.#ledger,
      log: parts.log,
      add: (session, channel) => void this.#enqueue(session, channel),
      cancel: (session, channel) => void this.#dequeue(session, channel),
    };
    if (parts.owned !== undefined) this.#usedAt += FIRST_USE_MS;
    const { redis, keyFile, settings, log } = parts;
    const setups = new TaskSetups();
    this.#queues = new EnvironmentQueues({
      redis,
      keyFile,
      log,
      silenceMs: settings.silenceTimeout * 1000,
      execute: ({ session, channel }, slots) =>
        executeRun(this.#sessions.get(session), channel, { slots, setups, log }),
    });
    this.#machines = this.#readMachines();
    this.#queues.use(this.#machines);
    this.#restore();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  get status(): MasterStatus {
    return {
      version: this.#parts.settings.version,
      startedAt: this.#startedAt,
      specs: this.#machines,
      machines: this.#queues.status,
      sessions: Array.from(this.#sessions.values(), ({ status }) => status),
    };
  }

  /** These machines are there, besides those that are known; one of the same name is replaced, but for what else it is prepared for. */
  useMachines(specs: readonly MachineSpec[]): void {
    const names = new Set(specs.map(({ name }) => name));
    const known = (spec: MachineSpec) =>
      this.#machines.find(({ name, release }) => name === spec.name && release === spec.release)?.containers ?? [];
    const used = specs.map((spec) => {
      const containers = [...new Set([...known(spec), ...(spec.containers ?? [])])];
      return { ...spec, ...(containers.length > 0 && { containers }) };
    });
    this.#machines = [...this.#machines.filter(({ name }) => !names.has(name)), ...used];
    for (const { pool } of specs) if (pool !== undefined) this.#parts.owned?.used(pool);
    this.#machinesChanged();
  }

  /**
   * Whether the client of this session can go on where it was; if not, it is begun anew. The notice tells what was ended of its
   * executor while nobody was there.
   */
  openSession(
    meta: SessionMeta,
    received: number,
  ): { readonly resumed: boolean; readonly notice: string | undefined; serve(socket: Duplex, head: Buffer): void } {
    const known = this.#sessions.get(meta.id);
    const resumed = known?.has(received) === true;
    if (!resumed) {
      known?.remove();
      this.#leaveOthers(meta);
      this.#sessions.set(meta.id, Session.create(this.#folder(meta.id), meta, this.#work));
    }
    const session = this.#sessions.get(meta.id) as Session; // it was, or has been made
    void this.#queues.of(meta.environment); // told by those that are added
    const notice = this.#ledger.takeNotice(meta.executorId);
    return { resumed, notice, serve: (socket, head) => session.serve(socket, head, resumed ? received : 0) };
  }

  acknowledge(id: string, received: number): void {
    this.#sessions.get(id)?.acknowledge(received);
  }

  closeSession(id: string): void {
    this.#sessions.get(id)?.remove();
    this.#sessions.delete(id);
  }

  /** The jobs of all sessions, the latest first. */
  get jobs(): readonly MasterJob[] {
    const there = [...this.#sessions.values()].filter(({ connected }) => connected);
    return this.#ledger.list(new Set(there.map(({ meta }) => meta.id)));
  }

  /** Ends a job; its client is told. @returns false when it is not known, or has ended */
  cancelJob(key: string): boolean {
    if (!this.#ledger.cancel(key)) return false;
    for (const session of this.#sessions.values()) {
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
    for (const session of this.#sessions.values()) session.leave();
    this.#ledger.save();
    this.#ledger.logs.close();
    await this.#queues.close();
  }

  /** The machines that are there, but not this one, are turned off. */
  async turnOffMachines(): Promise<void> {
    await this.#parts.owned?.turnOff(this.#machines);
  }

  #machinesChanged(): void {
    writeWhole(this.#machinesFile, JSON.stringify(this.#machines));
    this.#queues.use(this.#machines);
  }

  get #machinesFile(): string {
    return join(this.#parts.state, 'machines.json');
  }

  #folder(session: string): string {
    return join(this.#parts.state, 'sessions', session);
  }

  #readMachines(): readonly MachineSpec[] {
    if (!existsSync(this.#machinesFile)) return [];
    return JSON.parse(readFileSync(this.#machinesFile, 'utf8')) as MachineSpec[]; // as `useMachines` wrote it
  }

  #restore(): void {
    const folder = join(this.#parts.state, 'sessions');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) {
      try {
        const session = Session.restore(join(folder, name), this.#work);
        this.#sessions.set(session.meta.id, session);
        session.reopen();
        void this.#queues.of(session.meta.environment); // told by those that are added
      } catch (error) {
        this.#parts.log(`session ${name} cannot be gone on with: ${String(error)}`);
        rmSync(join(folder, name), { recursive: true, force: true });
      }
    }
  }

  /** An executor whose jobs somebody else has taken over: what it left runs there anew. */
  #leaveOthers({ executorId }: SessionMeta): void {
    for (const [id, session] of this.#sessions) {
      if (session.meta.executorId !== executorId || session.connected) continue;
      session.remove();
      this.#sessions.delete(id);
    }
  }

  async #enqueue(session: Session, channel: number): Promise<void> {
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
    const { reconnectTimeout, hardTimeout, softTimeout } = settings;
    const now = Date.now();
    for (const [id, session] of this.#sessions) {
      session.expectSigns(Math.max(LEAST_SILENCE_MS, SILENCES * reconnectTimeout * 1000));
      const { absence } = session;
      if (owned === undefined ? session.connected : session.open.length > 0) this.#usedAt = now;
      const { pool } = session.status;
      if (pool !== undefined && session.open.length > 0) owned?.used(pool);
      if (absence < reconnectTimeout * 1000) continue;
      const over = absence > hardTimeout * 1000;
      const unattended = session.open.filter((run) => over || !run.durable);
      const limit = over ? `hard_dismantle_timeout, ${hardTimeout} s` : `reconnect_timeout, ${reconnectTimeout} s`;
      if (unattended.length > 0) this.#cutOff(session, unattended, `its program was away for longer than ${limit}`);
      if (session.open.length > 0) this.#usedAt = now;
      else {
        session.remove();
        this.#sessions.delete(id);
      }
    }
    const used = Array.from(this.#sessions.values(), ({ meta }) => meta.environment);
    this.#queues.closeUnused(used, now);
    this.#saveLedger();
    this.#turnOffUnused(now);
    // Machines cost: a client that does nothing with them does not keep them.
    const isNeeded = owned === undefined && this.#sessions.size > 0;
    if (softTimeout !== undefined && !isNeeded && now - this.#usedAt > softTimeout * 1000) this.#parts.onIdle();
  }

  /** Ends work whose client is away. Nobody hears it now: it is told to those who ask, and to the client, should it come back. */
  #cutOff(session: Session, runs: readonly SessionRun[], reason: string): void {
    const { id, executorId } = session.meta;
    for (const { channel, invocation } of runs) {
      this.#ledger.cutOff(invocation, reason);
      session.abandon(channel);
    }
    const jobs = new Set(runs.map(({ invocation }) => `${executorId}-${invocation.jobId}`));
    this.#parts.log(`session ${id}: ${runs.length} invocations of ${[...jobs].join(', ')} were ended: ${reason}`);
  }

  #turnOffUnused(now: number): void {
    const { owned } = this.#parts;
    if (owned === undefined) return;
    owned.renewLease(now);
    const unused = this.#machines.filter((machine) => owned.isUnused(machine, now));
    if (unused.length === 0) return;
    this.#machines = this.#machines.filter((machine) => !unused.includes(machine));
    this.#machinesChanged();
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

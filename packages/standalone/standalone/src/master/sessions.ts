import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { MasterSettings } from '../protocol/master-api.ts';
import { Session, type SessionWork } from './session.ts';
import { SessionFolder, type SessionMeta } from './session-folder.ts';
import type { SessionRun } from './session-run.ts';

/** A client may be busy, and say nothing for a multiple of the time that it has for coming back. */
const SILENCES = 5;
const LEAST_SILENCE_MS = 6000;

export interface SessionsParts {
  /** Where their folders are. */
  readonly folder: string;
  readonly settings: Pick<MasterSettings, 'reconnectTimeout' | 'hardTimeout'>;
  readonly work: SessionWork;
}

/** How a client's request for a session is answered. */
export interface OpenedSession {
  /** Whether the client can go on where it was; if not, the session is begun anew. */
  readonly resumed: boolean;
  /** What was ended of its executor while nobody was there. */
  readonly notice: string | undefined;
  serve(socket: Duplex, head: Buffer): void;
}

/** The sessions of all clients, those that are away among them. */
export class Sessions implements Iterable<Session> {
  readonly #parts: SessionsParts;
  readonly #sessions = new Map<string, Session>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#sessions.values();
  }

  /** Takes up what an earlier master has left. */
  restore(): void {
    const { folder, work } = this.#parts;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) {
      try {
        const session = new Session(SessionFolder.open(join(folder, name)), work);
        this.#sessions.set(session.meta.id, session);
        session.reopen();
      } catch (error) {
        work.log(`session ${name} cannot be gone on with: ${String(error)}`);
        rmSync(join(folder, name), { recursive: true, force: true });
      }
    }
  }

  /** @param received how many replies of it the client has */
  open(meta: SessionMeta, received: number): OpenedSession {
    const { folder, work } = this.#parts;
    const known = this.#sessions.get(meta.id);
    const resumed = known?.has(received) === true;
    if (!resumed) {
      known?.remove();
      this.#leaveOthers(meta);
      this.#sessions.set(meta.id, new Session(SessionFolder.create(join(folder, meta.id), meta), work));
    }
    const session = this.#sessions.get(meta.id) as Session; // it was, or has been made
    const notice = work.ledger.takeNotice(meta.executorId);
    return { resumed, notice, serve: (socket, head) => session.serve(socket, head, resumed ? received : 0) };
  }

  close(id: string): void {
    this.#sessions.get(id)?.remove();
    this.#sessions.delete(id);
  }

  /** Ends the work of clients that are away for too long, and their sessions when nothing is left of it. */
  endUnattended(): void {
    const { reconnectTimeout, hardTimeout } = this.#parts.settings;
    for (const [id, session] of this.#sessions) {
      session.expectSigns(Math.max(LEAST_SILENCE_MS, SILENCES * reconnectTimeout * 1000));
      const { absence } = session;
      if (absence < reconnectTimeout * 1000) continue;
      const over = absence > hardTimeout * 1000;
      const unattended = session.open.filter((run) => over || !run.durable);
      const limit = over ? `hard_dismantle_timeout, ${hardTimeout} s` : `reconnect_timeout, ${reconnectTimeout} s`;
      if (unattended.length > 0) this.#cutOff(session, unattended, `its program was away for longer than ${limit}`);
      if (session.open.length === 0) this.close(id);
    }
  }

  /** Nobody hears it now: it is told to those who ask, and to the client, should it come back. */
  #cutOff(session: Session, runs: readonly SessionRun[], reason: string): void {
    const { id, executorId } = session.meta;
    const { ledger, log } = this.#parts.work;
    for (const { channel, invocation } of runs) {
      ledger.cutOff(invocation, reason);
      session.abandon(channel);
    }
    const jobs = new Set(runs.map(({ invocation }) => `${executorId}-${invocation.jobId}`));
    log(`session ${id}: ${runs.length} invocations of ${[...jobs].join(', ')} were ended: ${reason}`);
  }

  /** An executor whose jobs somebody else has taken over: what it left runs there anew. */
  #leaveOthers({ executorId }: SessionMeta): void {
    for (const [id, { meta, connected }] of this.#sessions)
      if (meta.executorId === executorId && !connected) this.close(id);
  }
}

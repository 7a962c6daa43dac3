import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallEvent, Invocation, PluginLogger, ShippedModule } from '@lithops/core/plugin';
import { EventStream, separateModules, type WorkerReply } from '@lithops/worker/protocol';
import type { RemoteRun } from '@lithops/worker/remote';
import { MASTER_FAULT } from '../protocol/master-api.ts';
import type { ClusterService } from './cluster-settings.ts';
import { LastingCancels } from './lasting-cancels.ts';
import { isPassing, toLithopsError } from './lithops-error.ts';
import type { MasterAccess } from './master-access.ts';
import type { MasterClient, SessionStream } from './master-client.ts';
import { SessionLink } from './session-link.ts';
import { SessionRun } from './session-run.ts';

/** A master that is waited for is asked for a sign of life this often, in ms. */
const HEARTBEAT_MS = 2000;
/** A connection on which nothing comes for so long is given up, in ms. */
const MOST_SILENCE_MS = 10_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 3000;
/** Replies that the master keeps for us are let go of in so many, and when we are closed. */
const ACKNOWLEDGE_EVERY = 1000;
/** What is under way when we are closed has so long to end, in ms; and so has the master to let go of us. */
const CLOSE_MS = 3000;

export interface MasterSessionParts {
  readonly executorId: string;
  readonly access: MasterAccess;
  readonly settings: Pick<ClusterService, 'startTimeoutMs' | 'service'>;
  readonly logger: PluginLogger;
  /** Told how many invocations are open, whenever that changes, where machines are made for them. */
  readonly onDemand?: (open: number) => void;
}

/** An executor's invocations at a master, over connections that may break: what is open is told again, what was missed is heard. */
export class MasterSession implements AsyncDisposable {
  readonly #id = randomUUID();
  readonly #parts: MasterSessionParts;
  readonly #open = new Map<number, SessionRun>();
  readonly #cancels = new LastingCancels();
  readonly #closing = new AbortController();
  #channel = 0;
  /** Replies that the master keeps until we have them. */
  #received = 0;
  #acknowledged = 0;
  #link: SessionLink | undefined;
  #client: MasterClient | undefined;
  #connecting: Promise<void> | undefined;
  /** When the connection was lost; undefined before the first, and while there is one. */
  #lostAt: number | undefined;
  #wasConnected = false;
  #refusal: Error | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(parts: MasterSessionParts) {
    this.#parts = parts;
  }

  run(invocation: Invocation, module: ShippedModule, signal: AbortSignal): RemoteRun {
    const events = new EventStream<CallEvent>();
    const channel = ++this.#channel;
    const stop = () => {
      events.end();
      if (this.#open.has(channel)) {
        this.#cancels.add(channel);
        this.#link?.send({ type: 'cancel', channel });
      }
      this.#leave(channel);
    };
    events.onReturn = stop;
    const run = new SessionRun(separateModules(invocation, module), events, () =>
      signal.removeEventListener('abort', stop),
    );
    if (signal.aborted || this.#closing.signal.aborted) events.end();
    else if (this.#refusal !== undefined) events.fail(this.#refusal);
    else {
      signal.addEventListener('abort', stop, { once: true });
      this.#open.set(channel, run);
      this.#hold();
      if (this.#link === undefined) this.connect();
      else this.#link.start(channel, run);
    }
    return {
      recall: (calls) => {
        run.recall(calls);
        if (this.#open.has(channel)) this.#link?.send({ type: 'recall', channel, calls });
      },
      running: () => (this.#open.has(channel) ? run.running : undefined),
      [Symbol.asyncIterator]: () => events,
    };
  }

  /** Connects ahead of the first invocation, or again. */
  connect(): void {
    if (this.#connecting !== undefined || this.#link !== undefined || this.#refusal !== undefined) return;
    this.#connecting = this.#keepTrying().finally(() => {
      this.#connecting = undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#heartbeat);
    for (const [channel, run] of this.#open) {
      run.end();
      this.#leave(channel);
    }
    await this.#stopConnecting();
    const client = this.#client;
    // There may be nothing else that the process waits for.
    this.#parts.access.hold(true);
    // Whatever runs there ends at once; if we cannot say so, it does when we are missed.
    if (client?.connection.usable === true)
      await Promise.race([client.closeSession(this.#id).catch(() => {}), delay(CLOSE_MS, undefined, { ref: false })]);
    this.#link?.close();
  }

  /** Whatever is asked of the machine may take its time, and of one that has vanished for ever. */
  async #stopConnecting(): Promise<void> {
    const timer = setTimeout(() => this.#parts.access.drop(), CLOSE_MS);
    await this.#connecting;
    clearTimeout(timer);
  }

  async #keepTrying(): Promise<void> {
    const { access, settings, logger, executorId } = this.#parts;
    const { reconnectTimeout, ownsMachines = false } = settings.service;
    // A machine that is gone is made anew.
    const patience = this.#wasConnected && !ownsMachines ? reconnectTimeout * 1000 : settings.startTimeoutMs;
    const last = (this.#lostAt ?? Date.now()) + patience;
    for (let pause = FIRST_PAUSE_MS; !this.#closing.signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        const client = await access.client();
        if (!this.#wasConnected) access.machines.catch((error: unknown) => this.#refuse(error));
        const session = { id: this.#id, executorId, environment: access.environment };
        const stream = await client.openSession(session, this.#received);
        this.#client = client;
        if (stream.notice !== undefined) logger.warn(stream.notice);
        return this.#connected(stream);
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (!isPassing(error) || Date.now() > last) return this.#refuse(error);
        logger.debug(`the master cannot be reached, and is tried again: ${String(error)}`);
        await delay(pause, undefined, { ref: this.#open.size > 0, signal: this.#closing.signal }).catch(() => {}); // closed
      }
    }
  }

  #connected({ resumed, ...stream }: SessionStream): void {
    if (this.#closing.signal.aborted) {
      stream.stream.destroy();
      return;
    }
    this.#lostAt = undefined;
    this.#wasConnected = true;
    if (!resumed) {
      this.#received = this.#acknowledged = 0;
      this.#cancels.clear();
    }
    const link: SessionLink = new SessionLink(stream, {
      onReply: (reply) => this.#receive(reply),
      onClose: (unreadable) => this.#lost(link, unreadable),
    });
    this.#link = link;
    // A worker must not go on with what nobody wants, and keep others waiting.
    for (const channel of this.#cancels) link.send({ type: 'cancel', channel });
    for (const [channel, run] of this.#open) {
      link.start(channel, run);
      const calls = run.recalledAgain;
      if (calls !== undefined) link.send({ type: 'recall', channel, calls });
    }
    this.#hold();
  }

  #lost(link: SessionLink, unreadable: unknown): void {
    if (unreadable !== undefined) this.#parts.logger.warn(`what the master says cannot be read: ${String(unreadable)}`);
    if (this.#link !== link) return;
    this.#link = undefined;
    // While nothing is open it may well be gone: then all begins anew.
    this.#lostAt = this.#open.size > 0 ? Date.now() : undefined;
    this.#wasConnected &&= this.#open.size > 0;
    if (this.#closing.signal.aborted) return;
    if (this.#open.size > 0) this.#parts.logger.info('the connection to the master was lost, and is made again');
    if (this.#open.size > 0) this.connect();
  }

  #receive(reply: WorkerReply): void {
    switch (reply.type) {
      case 'alive':
        this.#cancels.answered();
        return;
      case 'ready':
      case 'exited':
        return;
      case 'running':
        this.#open.get(reply.channel)?.isAt(reply.call);
        return;
      case 'event':
        this.#count();
        this.#open.get(reply.channel)?.event(reply.event);
        return;
      case 'finished':
      case 'lost': {
        if (reply.type !== 'lost' || reply.death.reason !== MASTER_FAULT) this.#count();
        const run = this.#open.get(reply.channel);
        if (run === undefined) return;
        if (reply.type === 'finished') run.end();
        else run.lost(reply.death);
        this.#leave(reply.channel);
        return;
      }
    }
  }

  #count(): void {
    this.#received++;
    if (this.#received - this.#acknowledged < ACKNOWLEDGE_EVERY) return;
    this.#acknowledged = this.#received;
    void this.#client?.acknowledge(this.#id, this.#received).catch(() => {}); // only a matter of room
  }

  /** There is nothing that its invocations could run on. */
  refuse(error: unknown): void {
    this.#refuse(error);
  }

  #refuse(error: unknown): void {
    this.#refusal ??= toLithopsError(error);
    for (const [channel, run] of this.#open) {
      run.fail(this.#refusal);
      this.#leave(channel);
    }
  }

  #leave(channel: number): void {
    this.#open.get(channel)?.left();
    this.#open.delete(channel);
    this.#hold();
  }

  /** A client waits for a master that works for it, and is free to end beside an idle one. */
  #hold(): void {
    const busy = this.#open.size > 0;
    this.#parts.onDemand?.(this.#open.size);
    this.#parts.access.hold(busy);
    if (busy) this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    else {
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
    }
  }

  #beat(): void {
    const link = this.#link;
    if (link === undefined) return;
    if (link.silence > MOST_SILENCE_MS) {
      this.#parts.access.drop();
      link.close();
      return;
    }
    this.#cancels.asking();
    link.send({ type: 'ping' });
  }
}

import type { Duplex } from 'node:stream';
import type { Invocation, ShippedModule } from '@lithops/worker';
import type { WorkerReply, WorkerRequest } from '@lithops/worker/protocol';
import { JOB_CANCELLED, MASTER_FAULT, type SessionStatus } from '../protocol/master-api.ts';
import { EventJournal } from './event-journal.ts';
import type { JobLedger } from './job-ledger.ts';
import { SessionConnection } from './session-connection.ts';
import type { SessionFolder, SessionMeta } from './session-folder.ts';
import { SessionRun } from './session-run.ts';

/** Whom a session gives its invocations. */
export interface SessionWork {
  add(session: Session, channel: number): void;
  cancel(session: Session, channel: number): void;
  readonly ledger: JobLedger;
  log(text: string): void;
}

/** A client's invocations and all that it is told of them, kept in a folder: neither its connection nor this process need last as long. */
export class Session {
  readonly #folder: SessionFolder;
  readonly #work: SessionWork;
  readonly #journal: EventJournal;
  readonly #open = new Map<number, SessionRun>();
  /** Channels whose end was told. */
  readonly #ended = new Set<number>();
  #connection: SessionConnection | undefined;
  /** When its client was last there. */
  #leftAt = Date.now();

  /** @param folder a new one, or one that an earlier master has left; then {@link reopen} */
  constructor(folder: SessionFolder, work: SessionWork) {
    this.#folder = folder;
    this.#work = work;
    this.#journal = EventJournal.open(folder.path, (reply) => {
      if (reply.type === 'finished' || reply.type === 'lost') this.#ended.add(reply.channel);
    });
  }

  get meta(): SessionMeta {
    return this.#folder.meta;
  }

  get status(): SessionStatus {
    const { id, executorId, environment } = this.meta;
    const { machines } = environment;
    return {
      id,
      executorId,
      connected: this.#connection !== undefined,
      open: this.#open.size,
      ...('pool' in machines && { pool: machines.pool }),
    };
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** How long its client has been away, in ms; 0 while it is there. */
  get absence(): number {
    return this.connected ? 0 : Date.now() - this.#leftAt;
  }

  get open(): readonly SessionRun[] {
    return [...this.#open.values()];
  }

  /** Takes up what an earlier master has left; what is not in the queue any more is put there again. */
  reopen(): void {
    for (const channel of this.#folder.runs()) if (this.run(channel) !== undefined) this.#work.add(this, channel);
  }

  /** Whether the client can be told what it has not received. */
  has(received: number): boolean {
    return received >= this.#journal.start && received <= this.#journal.count;
  }

  /** An invocation that is to be run; undefined when it has ended, or its client has taken it back. */
  run(channel: number): SessionRun | undefined {
    const known = this.#open.get(channel);
    if (known !== undefined || this.#ended.has(channel)) return known;
    // In the queue of an earlier master.
    const kept = this.#folder.run(channel);
    return kept && this.#begin(channel, kept, true);
  }

  /** @throws when it was not sent */
  module(hash: string): ShippedModule {
    return this.#folder.module(hash);
  }

  /** Ends what is open of a job, and tells its client. */
  cancelJob(jobId: string): void {
    for (const { channel, invocation } of this.open) if (invocation.jobId === jobId) this.#refuse(channel);
  }

  /** Tells the client, now or when it is there again. */
  tell(reply: WorkerReply): void {
    if ('channel' in reply && !this.#open.has(reply.channel)) return;
    if (reply.type === 'running') {
      this.#connection?.mention(reply);
      return;
    }
    try {
      this.#journal.append(reply);
    } catch (error) {
      if ('channel' in reply) this.#fail(reply.channel, error);
      return;
    }
    if (reply.type === 'event') {
      const invocation = this.#open.get(reply.channel)?.invocation;
      if (invocation !== undefined) this.#work.ledger.event(invocation, reply.event);
    }
    if (reply.type !== 'finished' && reply.type !== 'lost') return;
    this.#ended.add(reply.channel);
    this.#end(reply.channel);
  }

  acknowledge(received: number): void {
    this.#journal.acknowledge(received);
  }

  /** Serves the client on this connection, instead of an earlier one. */
  serve(socket: Duplex, head: Buffer, received: number): void {
    this.#connection?.close();
    const connection = new SessionConnection(socket, {
      onRequest: (request) => this.#serve(request),
      onFault: (error) =>
        this.#work.log(`session ${this.meta.id}: ${error instanceof Error ? error.message : String(error)}`),
      onEnd: () => {
        if (this.#connection !== connection) return;
        this.#connection = undefined;
        this.#leftAt = Date.now();
      },
    });
    this.#connection = connection;
    connection.listen(head);
    void this.#pump(connection, received).catch(() => connection.close());
  }

  /** A client that has work here says so all the time: one that is silent for so long is not there, whatever its connection looks like. */
  expectSigns(withinMs: number): void {
    if (this.#open.size > 0 && (this.#connection?.silence ?? 0) > withinMs) this.#connection?.close();
  }

  /** All that it was is gone, the client's connection too. */
  remove(): void {
    for (const channel of [...this.#open.keys()]) this.cancel(channel);
    this.#connection?.close();
    this.#journal.close();
    this.#work.ledger.sessionEnded(this.meta.id);
    this.#folder.remove();
  }

  /** Ends for now; what is there is found by the next master. */
  leave(): void {
    for (const run of this.#open.values()) run.stop();
    this.#connection?.close();
    this.#journal.close();
  }

  cancel(channel: number): void {
    if (!this.#open.has(channel)) return;
    this.#ended.add(channel);
    this.abandon(channel);
  }

  /** Ends an invocation whose client is away; should it come back, it asks for it again. */
  abandon(channel: number): void {
    this.#open.get(channel)?.stop();
    this.#end(channel);
    this.#work.cancel(this, channel);
  }

  async #pump(connection: SessionConnection, received: number): Promise<void> {
    for await (const piece of this.#journal.follow(received, connection.signal)) await connection.send(piece);
  }

  #serve(request: WorkerRequest): void {
    switch (request.type) {
      case 'ping':
        this.#connection?.mention({ type: 'alive' });
        return;
      case 'module':
        return this.#folder.keepModule(request.module);
      case 'run':
        try {
          return this.#accept(request.channel, request.invocation);
        } catch (error) {
          return this.#fail(request.channel, error);
        }
      case 'recall':
        this.#open.get(request.channel)?.recall(request.calls);
        return;
      case 'cancel':
        return this.cancel(request.channel);
      case 'hello':
      case 'forget':
      case 'spawn':
      case 'kill':
        return;
    }
  }

  /** Told again after a connection broke; then it is known, or was. */
  #accept(channel: number, invocation: Invocation): void {
    if (this.#open.has(channel) || this.#ended.has(channel)) return;
    this.#folder.keepRun(channel, invocation);
    this.#begin(channel, invocation, false);
    if (this.#work.ledger.isCancelled(invocation.executorId, invocation.jobId)) this.#refuse(channel);
    else this.#work.add(this, channel);
  }

  #refuse(channel: number): void {
    this.#open.get(channel)?.stop();
    this.tell({
      type: 'lost',
      channel,
      death: { oom: false, reason: JOB_CANCELLED, stderr: 'the job was cancelled at the master' },
    });
    this.#work.cancel(this, channel);
  }

  #begin(channel: number, invocation: Invocation, restored: boolean): SessionRun {
    const run = new SessionRun(channel, invocation);
    this.#open.set(channel, run);
    this.#work.ledger.opened(this.meta.id, invocation, restored);
    return run;
  }

  #end(channel: number): void {
    const run = this.#open.get(channel);
    if (run !== undefined) this.#work.ledger.closed(run.invocation);
    this.#open.delete(channel);
    this.#folder.removeRun(channel);
  }

  /** What cannot be kept is told as a failure, if the client is there to hear it. */
  #fail(channel: number, error: unknown): void {
    const stderr = `the master cannot keep what it is told: ${error instanceof Error ? error.message : String(error)}`;
    this.#work.log(`session ${this.meta.id}: ${stderr}`);
    this.#connection?.mention({ type: 'lost', channel, death: { oom: false, reason: MASTER_FAULT, stderr } });
    this.cancel(channel);
  }
}

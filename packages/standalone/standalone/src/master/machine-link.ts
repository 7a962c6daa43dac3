import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Invocation, ShippedModule } from '@lithops/worker';
import type { WorkerFacts } from '@lithops/worker/protocol';
import { type RemoteRun, WorkerConnection } from '@lithops/worker/remote';
import type { MachineSpec, WorkerEnvironment } from '../protocol/master-api.ts';
import { SshConnection } from '../ssh/ssh-connection.ts';
import { machineTarget } from './machine-target.ts';

const STDERR_TAIL_CHARS = 2000;
/** A worker that has not answered by then is given up, in ms. */
const READY_MS = 30_000;
/** A busy machine that says nothing is asked for a sign of life this often, in ms. */
const HEARTBEAT_MS = 1000;
/** The worker hears from us this often, in ms, and ends when it has not for {@link DEAF_SECONDS}. */
const KEEP_ALIVE_MS = 4000;
const DEAF_SECONDS = 20;

/** A machine that is of no use any more, with all that ran on it. */
export class MachineLostError extends Error {
  static {
    Object.defineProperty(MachineLostError.prototype, 'name', { value: 'MachineLostError' });
  }
}

export interface LinkSettings {
  readonly spec: MachineSpec;
  readonly environment: WorkerEnvironment;
  /** File of the private key that starts workers on other machines. */
  readonly keyFile: string;
  readonly silenceMs: number;
}

/** A worker on a machine, with its process pool: a child of ours here, a command over SSH elsewhere. Nothing listens there. */
export class MachineLink {
  readonly facts: WorkerFacts;
  readonly #connection: WorkerConnection;
  readonly #stop: () => void;

  private constructor(connection: WorkerConnection, facts: WorkerFacts, stop: () => void) {
    this.#connection = connection;
    this.facts = facts;
    this.#stop = stop;
  }

  /**
   * Starts the worker and waits until it answers.
   * @param onLost told once when it is of no use any more
   * @throws MachineLostError, or what SSH says
   */
  static async open(settings: LinkSettings, onLost: (why: Error) => void): Promise<MachineLink> {
    const { spec, silenceMs } = settings;
    const streams = spec.ssh === undefined ? startHere(settings) : await startThere(settings, spec.ssh);
    let opened = false;
    let suspectedMs: number | undefined;
    const lost = (why: string) => {
      const error = new MachineLostError(`machine ${spec.name} ${why}`);
      if (opened) onLost(error);
      return error;
    };
    const connection = new WorkerConnection({
      input: streams.input,
      output: streams.output,
      explainEnd: () => lost(`ended its worker, or lost it${said(streams.stderr())}`),
      silence: {
        everyMs: HEARTBEAT_MS,
        onSilent: (silentMs) => {
          if (silentMs < silenceMs) {
            suspectedMs = undefined;
            return;
          }
          // When it was us who could not listen, what it said meanwhile is read before we look again.
          const before = suspectedMs;
          suspectedMs = silentMs;
          if (before === undefined || before > silentMs) return;
          connection.fail(lost(`was silent for ${Math.round(silentMs / 1000)} s`));
          streams.stop();
        },
      },
      keepAliveMs: KEEP_ALIVE_MS,
    });
    const tooLate = setTimeout(() => connection.fail(lost(`did not answer within ${READY_MS / 1000} s`)), READY_MS);
    try {
      const facts = await connection.ready;
      opened = true;
      return new MachineLink(connection, facts, streams.stop);
    } catch (error) {
      streams.stop();
      throw error;
    } finally {
      clearTimeout(tooLate);
    }
  }

  get usable(): boolean {
    return this.#connection.usable;
  }

  run(invocation: Invocation, module: ShippedModule, signal: AbortSignal): RemoteRun {
    return this.#connection.run(invocation, module, signal);
  }

  /** Ends the worker; what runs there ends without a word. */
  close(): void {
    this.#connection.close();
    this.#stop();
  }
}

interface WorkerStreams {
  readonly input: Writable;
  readonly output: Readable;
  /** What it last wrote there. */
  stderr(): string;
  /** Lets go of it, whatever it does. */
  stop(): void;
}

function commandOf({ spec, environment }: LinkSettings): string[] {
  const { release, processes = spec.cpus, heapMegabytes = 0, container } = environment;
  const options = [release, String(processes), String(heapMegabytes), String(DEAF_SECONDS)];
  return [spec.start, ...options, ...(container === undefined ? [] : [container])];
}

function startHere(settings: LinkSettings): WorkerStreams {
  const [program = '', ...args] = commandOf(settings);
  const child = spawn(program, args, { cwd: homedir(), stdio: ['pipe', 'pipe', 'pipe'] });
  child.on('error', () => {}); // its streams end
  const stderr = tailOf(child.stderr);
  return { input: child.stdin, output: child.stdout, stderr, stop: () => void child.kill('SIGTERM') };
}

async function startThere(settings: LinkSettings, ssh: NonNullable<MachineSpec['ssh']>): Promise<WorkerStreams> {
  const connection = await SshConnection.open(machineTarget(ssh, settings.keyFile));
  try {
    const channel = await connection.spawn(commandOf(settings).slice(1).join(' '), (opened) =>
      opened.on('close', () => connection.destroy()),
    );
    void connection.ended.then(() => channel.destroy());
    return { input: channel, output: channel, stderr: tailOf(channel.stderr), stop: () => connection.destroy() };
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

function tailOf(stream: Readable): () => string {
  let tail = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_TAIL_CHARS);
  });
  stream.on('error', () => {}); // told by the end of the worker
  return () => tail;
}

function said(stderr: string): string {
  const text = stderr.trim();
  return text === '' ? '' : `; it last wrote: ${text.split('\n').slice(-3).join(' / ')}`;
}

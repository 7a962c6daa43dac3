import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A server of the tests' own, on loopback. */
export interface Service extends AsyncDisposable {
  readonly port: number;
}

const READY_SECONDS = 60;

/**
 * Starts a server and waits until its port answers. It ends with `Symbol.asyncDispose`, or when this process ends, in
 * whatever way: a shell between the two waits for the end of its own input.
 */
export async function startServiceProcess(
  port: number,
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Service> {
  const child = spawn(
    '/bin/sh',
    ['-c', '"$@" </dev/null & server=$!; read -r _; kill $server; wait', 'sh', ...command],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...options,
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-8_000);
    });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdin.end();
    await once(child, 'exit');
  };
  try {
    await answering(port, child);
  } catch (error) {
    await stop();
    throw new Error(`${command.join(' ')} did not start: ${String(error)}\n${output}`, { cause: error });
  }
  return { port, [Symbol.asyncDispose]: stop };
}

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port could be had');
  return address.port;
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  const last = Date.now() + READY_SECONDS * 1000;
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    if (Date.now() > last) throw new Error(`port ${port} was silent for ${READY_SECONDS} s`);
    await delay(50);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const told = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', told(true)).once('error', told(false));
  });
}

import {
  AttachedOutput,
  attachContainer,
  containerDeath,
  removeContainer,
  removeLeftovers,
} from '@lithops/kit-images/container';
import { Engine, ensureImage, findEngine } from '@lithops/kit-images/engine';
import { readEnvironment } from './environment-file.ts';
import { stderrLogger } from './stderr-logger.ts';

const STDERR_TAIL_CHARS = 2000;

export interface ContainerRun {
  readonly processes: number;
  readonly heapMegabytes?: number;
  readonly silenceSeconds: number;
  readonly workerCode: () => Promise<string>;
}

/** Runs a container with a worker until it or our input ends; what comes on stdin goes to it, and what it writes to stdout. */
export async function runContainer(base: string, name: string, run: ContainerRun): Promise<void> {
  const { image, config, user } = readEnvironment(base, name);
  const { heapMegabytes: runtimeMemory, ...options } = run;
  const engine = new Engine(findEngine(config.dockerHost));
  const { signal } = new AbortController();
  // It may have been removed meanwhile.
  const facts = await ensureImage(engine, image, { platform: config.platform }, { logger: stderrLogger, signal });
  const since = Date.now();
  const { container, stream } = await attachContainer(engine, {
    ...options,
    image: facts,
    config: { ...config, ...(runtimeMemory !== undefined && { runtimeMemory }) },
    executorId: name,
    user,
    folders: [],
  });
  let stderr = '';
  let leaving = false;
  const leave = () => {
    if (leaving) return;
    leaving = true;
    void removeContainer(container)
      .catch(() => {})
      .finally(() => process.exit(0)); // swept later
  };
  const ended = async () => {
    if (leaving) return;
    leaving = true;
    const death = await containerDeath(engine, container, { since, stderr, image });
    await removeContainer(container).catch(() => {}); // it may be there still, when only the connection broke
    process.stderr.write(`${death.message}\n`, () => process.exit(1));
  };
  const output = new AttachedOutput(
    (piece) => {
      if (process.stdout.write(piece)) return;
      // Who reads us is slow: then the worker is to wait, and no memory to fill.
      stream.pause();
      process.stdout.once('drain', () => stream.resume());
    },
    (piece) => {
      stderr = (stderr + piece.toString()).slice(-STDERR_TAIL_CHARS);
      process.stderr.write(piece);
    },
  );
  stream.on('data', (chunk: Buffer) => output.push(chunk));
  stream.on('error', () => {}); // told by its end
  stream.on('close', () => void ended()).on('end', () => void ended());
  process.stdin.on('end', leave).on('error', leave);
  process.stdout.on('error', leave);
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, leave);
  process.stdin.pipe(stream, { end: false });
  await container.start().catch(async (error: unknown) => {
    leaving = true;
    await removeContainer(container).catch(() => {}); // why it did not start matters more
    throw error;
  });
  void removeLeftovers(engine.docker, stderrLogger).catch(() => {}); // the next one tries again
}

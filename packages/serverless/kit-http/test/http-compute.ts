import { type ChildProcess, spawn } from 'node:child_process';
import { type ComputeBackend, type ComputePlugin, defineComputePlugin } from '@lithops/core/plugin';
import { workerFile } from '@lithops/worker';
import { HttpRuns } from '../src/index.ts';

export interface HttpComputeConfig {
  readonly maxWorkers?: number;
  readonly runtimeMemory?: number;
}

/** A backend over one HTTP worker of its own, as a container platform would run it behind an address. */
const httpCompute: ComputePlugin<HttpComputeConfig> = defineComputePlugin({
  api: 1,
  name: 'http_test',
  mode: 'serverless',
  config: {
    '~standard': {
      version: 1,
      vendor: 'lithops',
      validate: (value) => ({ value: (value ?? {}) as HttpComputeConfig }),
    },
  },
  capabilities: ({ maxWorkers = 2 }) => ({
    delivery: 'response',
    maxWorkers,
    concurrencyPerWorker: 1,
    maxPayloadBytes: Number.POSITIVE_INFINITY,
    maxResultBytes: Number.POSITIVE_INFINITY,
    maxTaskSeconds: Number.POSITIVE_INFINITY,
    recall: false,
    logs: true,
    exitCauses: true,
    sharesFileSystem: true,
  }),
  taskConfig: (config) => config,
  create: async ({ maxWorkers = 2, runtimeMemory }) => {
    const heap = runtimeMemory === undefined ? [] : [`--max-old-space-size=${runtimeMemory}`];
    const worker = await startHttpWorker({ LITHOPS_WORKER_CONCURRENCY: String(maxWorkers) }, heap);
    return backendOf(worker, maxWorkers);
  },
});

export interface RunningWorker {
  readonly url: string;
  readonly token: string;
  readonly child: ChildProcess;
}

/**
 * Ends the worker with whoever has started it: a task whose own worker is killed leaves no backend to dispose it. Its
 * processes, which inherit the flag, do so by themselves.
 */
const END_WITH_PARENT = `data:text/javascript,${encodeURIComponent(
  "if (process.argv.includes('--http')) process.stdin.on('end', () => process.exit()).resume().unref();",
)}`;

export async function startHttpWorker(
  env: Readonly<Record<string, string>> = {},
  execArgv: readonly string[] = [],
): Promise<RunningWorker> {
  const token = crypto.randomUUID();
  const child = spawn(process.execPath, ['--import', END_WITH_PARENT, ...execArgv, workerFile(), '--http'], {
    env: { ...process.env, PORT: '0', LITHOPS_WORKER_TOKEN: token, LITHOPS_WORKER_HOST: '127.0.0.1', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the HTTP worker ended with ${code}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      const [, found] = /listening on port (\d+)/.exec(chunk.toString()) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { url: `http://127.0.0.1:${port}/`, token, child };
}

export function backendOf({ url, token, child }: RunningWorker, connections: number): ComputeBackend {
  const runs = new HttpRuns({ url, connections, headers: () => ({ authorization: `Bearer ${token}` }) });
  return {
    invoke: (invocation, options) => runs.invoke(invocation, options),
    async [Symbol.asyncDispose]() {
      await runs[Symbol.asyncDispose]();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

export default httpCompute;

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExecutorOptions, FunctionExecutor, registry } from '@lithops/core';
import { buildNodeImage, type DockerEngine, docker, startDockerEngine } from '@lithops-tools/services';
import plugin from '../src/index.ts';

registry.register(plugin);

/** An engine with an image, and executors on it as users make them. */
export interface TestEngine extends AsyncDisposable {
  readonly engine: DockerEngine;
  readonly image: string;
  /** Localhost mode with an image; what is given goes into the section. */
  executor(section?: Readonly<Record<string, unknown>>, options?: ExecutorOptions): FunctionExecutor;
  /** Runs the Docker command line. */
  cli(...args: string[]): Promise<string>;
  /** Ids of the containers of an executor, or of all of ours. */
  containers(executorId?: string): Promise<string[]>;
}

export async function startTestEngine(started?: DockerEngine): Promise<TestEngine> {
  const engine = started ?? (await startDockerEngine());
  const image = await buildNodeImage(engine);
  const storageRoot = mkdtempSync(join(tmpdir(), 'lithops-docker-'));
  const cli = (...args: string[]) => docker(engine, args);
  return {
    engine,
    image,
    executor: (section = {}, options = {}) =>
      new FunctionExecutor({
        ...options,
        config: { localhost: { runtime: image, workerProcesses: 1, dockerHost: engine.host, storageRoot, ...section } },
      }),
    cli,
    containers: async (executorId) => {
      const label = executorId === undefined ? 'lithops.role=worker' : `lithops.executor=${executorId}`;
      const ids = await cli('ps', '-aq', '--no-trunc', '--filter', `label=${label}`);
      return ids === '' ? [] : ids.split('\n');
    },
    async [Symbol.asyncDispose]() {
      rmSync(storageRoot, { recursive: true, force: true });
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new TypeError(`it rejected with ${String(error)}`);
  }
  throw new TypeError('it did not reject');
}

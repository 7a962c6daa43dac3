// One job of detached calls; the last line that is printed is a JSON object of what it cost its client.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type * as Core from '@lithops/core';
import type * as Plugins from '@lithops/core/plugin';
import type { ComputeBackend, ComputePlugin, StoragePlugin } from '@lithops/core/plugin';
import { peakMegabytes } from '../peak-megabytes.ts';
import { numbers } from '../row.ts';
import { CountedStorage } from './counted-storage.ts';

const [, , calls = '1000', storageRoot = '', atOnce = '1000'] = process.argv;
const consumer = createRequire(`${process.env['LITHOPS_BENCHMARK_CONSUMER']}/`);
const packed = <Module>(specifier: string): Promise<Module> => import(pathToFileURL(consumer.resolve(specifier)).href);
const { FunctionExecutor, registry } = await packed<typeof Core>('@lithops/core');
const { defineComputePlugin, defineStoragePlugin } = await packed<typeof Plugins>('@lithops/core/plugin');
const { storage } = await packed<{ storage: StoragePlugin }>('@lithops/localhost');

const counted = new CountedStorage();
registry.register(
  defineStoragePlugin({ ...storage, create: async (...args) => counted.around(await storage.create(...args)) }),
);

const platform = spawn(process.execPath, [new URL('platform.ts', import.meta.url).pathname], {
  stdio: ['pipe', 'ignore', 'inherit'],
});
await using fexec = new FunctionExecutor({
  backend: { plugin: accepting(platform) },
  config: { localhost: { storageRoot } },
});
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const results = await fexec.map((n: number) => n, numbers(Number(calls)), { chunksize: 1 }).result();
const cpu = process.cpuUsage(cpuBefore);
if (results.length !== Number(calls)) throw new Error(`${results.length} results of ${calls} calls`);
const { puts, gets, lists, listedKeys, prefixes } = counted;
const strange = [...prefixes].filter((prefix) => !prefix.startsWith(`lithops.jobs/${fexec.executorId}/`));
console.log(
  JSON.stringify({
    calls: Number(calls),
    seconds: (performance.now() - startedAt) / 1000,
    cpuMicrosecondsPerCall: (cpu.user + cpu.system) / Number(calls),
    peakMegabytes: peakMegabytes(),
    putsPerCall: puts / Number(calls),
    getsPerCall: gets / Number(calls),
    lists,
    listedKeysPerCall: listedKeys / Number(calls),
    listsOfOtherJobs: strange.length,
  }),
);
platform.stdin?.end();
process.exit(0);

/** A platform that takes so many invocations at once, and tells nothing. */
function accepting({ stdin }: ChildProcess): ComputePlugin {
  if (stdin === null) throw new Error('the platform has no input');
  return defineComputePlugin<unknown>({
    api: 1,
    name: 'accepting',
    mode: 'serverless',
    config: { '~standard': { version: 1, vendor: 'benchmark', validate: (value) => ({ value }) } },
    capabilities: () => ({
      delivery: 'storage',
      maxWorkers: Number(atOnce),
      concurrencyPerWorker: 1,
      maxPayloadBytes: Number.POSITIVE_INFINITY,
      maxResultBytes: 2 ** 20,
      maxTaskSeconds: Number.POSITIVE_INFINITY,
      recall: false,
      logs: true,
      exitCauses: true,
      sharesFileSystem: true,
    }),
    create: (): ComputeBackend => ({
      async invoke(_, { detached }) {
        if (!stdin.write(`${JSON.stringify(detached)}\n`)) await once(stdin, 'drain');
        return {};
      },
      async [Symbol.asyncDispose]() {},
    }),
  });
}

import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bytes, lengthOf, noop, spin } from './work.mjs';

const work = { bytes, lengthOf, noop, spin };

// The packed packages, installed as users install them.
const entry = createRequire(`${process.env.LITHOPS_BENCHMARK_CONSUMER}/`).resolve('lithops');
const { FunctionExecutor } = await import(pathToFileURL(entry).href);

export function open(workers) {
  const fexec = new FunctionExecutor({ workerProcesses: workers });
  let durable;
  return {
    run: (name, argument) => fexec.callAsync(work[name], argument).result(),
    map: (name, items) => fexec.map(work[name], items).result(),
    captured: (data, tasks) =>
      fexec
        .map(
          (i) => data.length + i,
          Array.from({ length: tasks }, (_, i) => i),
        )
        .result(),
    durable: async (name, items) => {
      durable ??= openDurable(workers);
      if (items.length > 1) return durable.map(work[name], items, { durable: true }).result();
      return [await durable.callAsync(work[name], items[0], { durable: true }).result()];
    },
    stream: (name, source) => fexec.mapStream(work[name], source),
    close: () => fexec.close(),
  };
}

/** What it keeps is gone with the process. */
function openDurable(workers) {
  const storageRoot = mkdtempSync(join(tmpdir(), 'lithops-benchmark-storage-'));
  process.on('exit', () => rmSync(storageRoot, { recursive: true, force: true }));
  return new FunctionExecutor({ workerProcesses: workers, config: { localhost: { storageRoot } } });
}

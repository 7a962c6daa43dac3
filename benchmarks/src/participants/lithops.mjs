import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { bytes, lengthOf, noop, spin } from './work.mjs';

const work = { bytes, lengthOf, noop, spin };

// The packed packages, installed as users install them.
const entry = createRequire(`${process.env.LITHOPS_BENCHMARK_CONSUMER}/`).resolve('lithops');
const { FunctionExecutor } = await import(pathToFileURL(entry).href);

export function open(workers) {
  const fexec = new FunctionExecutor({ workerProcesses: workers });
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
    stream: (name, source) => fexec.mapStream(work[name], source),
    close: () => fexec.close(),
  };
}

import { Worker } from 'jest-worker';
import { poolOf } from './pool.mjs';

export function open(workers) {
  const pool = new Worker(new URL('./functions-worker.mjs', import.meta.url).pathname, {
    numWorkers: workers,
    exposedMethods: ['noop', 'bytes', 'spin', 'lengthOf'],
    forkOptions: { serialization: 'advanced' },
  });
  return poolOf({ run: (name, argument) => pool[name](argument), close: () => pool.end() });
}

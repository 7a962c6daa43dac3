import { Worker } from 'jest-worker';

export function open(workers) {
  const pool = new Worker(new URL('./piscina-worker.mjs', import.meta.url).pathname, {
    numWorkers: workers,
    exposedMethods: ['noop', 'bytes', 'spin', 'lengthOf'],
    forkOptions: { serialization: 'advanced' },
  });
  return { run: (name, argument) => pool[name](argument), close: () => pool.end() };
}

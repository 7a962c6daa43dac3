import workerpool from 'workerpool';

export function open(workers) {
  const pool = workerpool.pool(new URL('./workerpool-worker.mjs', import.meta.url).pathname, {
    workerType: 'process',
    minWorkers: workers,
    maxWorkers: workers,
  });
  return { run: (name, argument) => pool.exec(name, [argument]), close: () => pool.terminate() };
}

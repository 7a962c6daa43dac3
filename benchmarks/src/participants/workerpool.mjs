import workerpool from 'workerpool';
import { poolOf } from './pool.mjs';

export function open(workers) {
  const pool = workerpool.pool(new URL('./workerpool-worker.mjs', import.meta.url).pathname, {
    workerType: 'process',
    minWorkers: workers,
    maxWorkers: workers,
  });
  return poolOf({ run: (name, argument) => pool.exec(name, [argument]), close: () => pool.terminate() });
}

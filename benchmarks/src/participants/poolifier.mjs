import { FixedThreadPool } from 'poolifier';
import { poolOf } from './pool.mjs';

export function open(workers) {
  const pool = new FixedThreadPool(workers, new URL('./poolifier-worker.mjs', import.meta.url).pathname, {
    errorEventHandler: (error) => console.error(error),
  });
  return poolOf({ run: (name, argument) => pool.execute(argument, name), close: () => pool.destroy() });
}

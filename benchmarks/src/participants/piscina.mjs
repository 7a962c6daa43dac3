import Piscina from 'piscina';
import { poolOf } from './pool.mjs';

export function open(workers) {
  const pool = new Piscina({
    filename: new URL('./functions-worker.mjs', import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
  });
  return poolOf({ run: (name, argument) => pool.run(argument, { name }), close: () => pool.destroy() });
}

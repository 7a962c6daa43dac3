import Piscina from 'piscina';

export function open(workers) {
  const pool = new Piscina({
    filename: new URL('./piscina-worker.mjs', import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
  });
  return { run: (name, argument) => pool.run(argument, { name }), close: () => pool.destroy() };
}

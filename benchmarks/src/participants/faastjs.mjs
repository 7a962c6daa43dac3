import { createRequire } from 'node:module';
import { poolOf } from './pool.mjs';

// Installed for the run only: it brings the SDKs of its clouds.
const require = createRequire(`${process.env.LITHOPS_BENCHMARK_PEERS}/`);

export async function open(workers) {
  const { faast } = require('faastjs');
  const pool = await faast('local', require(new URL('./faastjs-worker.cjs', import.meta.url).pathname), {
    concurrency: workers,
    gc: 'off',
  });
  return poolOf({
    run: (name, argument) => pool.functions[name](argument),
    close: async () => {
      await pool.cleanup();
      // Its own timers would hold the process for a minute.
      process.exit();
    },
  });
}

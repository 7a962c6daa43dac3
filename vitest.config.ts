import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    retry: 0,
    env: {
      // Not among those of the developer.
      LITHOPS_JOURNAL: join(tmpdir(), 'lithops-test-journal'),
      // Thousands of processes load the sources; to strip their types takes each of them 0.4 s of CPU time without it.
      NODE_COMPILE_CACHE: join(tmpdir(), 'lithops-test-compile-cache'),
    },
    // Tests wait for processes and servers more than they compute; one at a time would take twice as long on two CPUs.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    include: ['packages/*/*/src/**/*.test.ts', 'packages/*/*/test/**/*.test.ts', 'tools/*/test/**/*.test.ts'],
  },
});

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from './tools/ci/src/compile-cache.ts';
import { LongestFirst } from './tools/ci/src/longest-first.ts';

export default defineConfig({
  test: {
    retry: 0,
    // What was not as expected is to be read in the report of CI.
    chaiConfig: { truncateThreshold: 2000 },
    env: {
      // Not among those of the developer.
      LITHOPS_JOURNAL: join(tmpdir(), 'lithops-test-journal'),
      // Thousands of processes load the sources.
      NODE_COMPILE_CACHE: COMPILE_CACHE,
    },
    // Tests wait for processes and servers more than they compute: two at once leave a sixth of two CPUs idle.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    include: ['packages/*/*/src/**/*.test.ts', 'packages/*/*/test/**/*.test.ts', 'tools/*/test/**/*.test.ts'],
  },
});

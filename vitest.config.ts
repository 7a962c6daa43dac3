import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    retry: 0,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    include: ['packages/*/*/src/**/*.test.ts', 'packages/*/*/test/**/*.test.ts', 'tools/*/test/**/*.test.ts'],
  },
});

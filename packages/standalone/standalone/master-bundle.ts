/** How the master becomes one file: these are packages that its own try to load, and do without. */
export const MASTER_EXTERNALS = ['cpu-features', '*.node', 'pg', 'redis', 'bullmq-otel', '@valkey/valkey-glide'];

/** CommonJS packages in it find what they expect. */
export const MASTER_BANNER =
  "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;";

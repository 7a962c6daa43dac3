import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lazyDockerode } from '../../serverless/kit-images/lazy-dockerode.ts';

/** CommonJS packages find what they expect. */
const BANNER =
  "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;";

/** Builds what runs on machines: each one file that plain Node runs, wherever it is put. By esbuild itself, for tsup wants to resolve what is left out. */
export async function buildPrograms(): Promise<void> {
  await Promise.all([
    buildProgram('master.mjs', './src/master/main.ts'),
    buildProgram('container-worker.mjs', './src/container/main.ts'),
  ]);
}

async function buildProgram(name: string, source: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    minifyWhitespace: true,
    // Packages that its own try to load, and do without.
    external: ['cpu-features', '*.node', 'pg', 'redis', 'bullmq-otel', '@valkey/valkey-glide'],
    plugins: [lazyDockerode],
    banner: { js: BANNER },
    logLevel: 'error',
  });
  const file = fileURLToPath(new URL(`./dist/${name}`, import.meta.url));
  mkdirSync(fileURLToPath(new URL('./dist', import.meta.url)), { recursive: true });
  // Tests of several files build it at once.
  writeFileSync(`${file}.${process.pid}`, outputFiles[0]?.contents ?? '');
  renameSync(`${file}.${process.pid}`, file);
}

if (import.meta.main) await buildPrograms();

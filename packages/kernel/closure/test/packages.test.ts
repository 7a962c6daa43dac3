import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptureOptions } from '../src/index.ts';
import { project } from './fixtures/fake-packages.ts';

const closure = new URL('../src/index.ts', import.meta.url).href;
const loader = new URL('../src/load.ts', import.meta.url).href;
const runAll = fileURLToPath(new URL('./fixtures/run-all.mjs', import.meta.url));
const tsx = ['--import', import.meta.resolve('tsx')];

let home: string;
let app: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lithops-packages-'));
  app = join(home, 'app');
  for (const [path, text] of Object.entries(project)) {
    await mkdir(dirname(join(app, path)), { recursive: true });
    await writeFile(join(app, path), text);
  }
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Packed {
  readonly modules: Record<string, { readonly code: string; readonly assets: string[]; readonly externals: string[] }>;
  readonly expected: Record<string, unknown>;
  readonly refused: Record<string, { readonly path: string; readonly message: string; readonly hint: string }>;
}

/** Packs the functions of a file of the project. */
async function pack(file: string, options: CaptureOptions, flags: readonly string[] = []): Promise<Packed> {
  const program = `
    const { pack } = await import(${JSON.stringify(closure)});
    const { createRequire } = await import('node:module');
    const { functions } = ${JSON.stringify(file)}.endsWith('.cjs')
      ? createRequire(${JSON.stringify(join(app, 'x.mjs'))})(${JSON.stringify(join(app, file))})
      : await import(${JSON.stringify(join(app, file))});
    const modules = {}, expected = {}, refused = {};
    for (const [name, [fn, result]] of Object.entries(functions)) {
      try {
        const { code, assets, externals } = await pack(fn, ${JSON.stringify(options)});
        modules[name] = { code, assets: assets.map((asset) => Buffer.from(asset).toString('base64')), externals };
        expected[name] = result;
      } catch ({ name: kind, path, message, hint }) {
        refused[name] = { path, message: kind + ': ' + message, hint };
      }
    }
    console.log(JSON.stringify({ modules, expected, refused }));`;
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--input-type=module', '-e', program], {
    cwd: app,
    maxBuffer: 1e9,
  });
  return JSON.parse(stdout);
}

/** Runs packed modules in a fresh process. */
async function run(modules: Packed['modules'], cwd: string, flags: readonly string[] = []): Promise<unknown> {
  const running = promisify(execFile)(process.execPath, [...flags, runAll, loader], { cwd, maxBuffer: 1e9 });
  running.child.stdin?.end(JSON.stringify(modules));
  return JSON.parse((await running).stdout);
}

const FILES: [string, string, readonly string[]][] = [
  ['TypeScript by Node', 'main.mts', []],
  ['TypeScript by tsx', 'main.mts', tsx],
  ['CommonJS', 'main.cjs', []],
];

describe('packages with subpaths, of ES modules and CommonJS', () => {
  it.each(FILES)(
    'are imported from where they are: %s',
    async (_, file, flags) => {
      const { modules, expected, refused } = await pack(file, {}, flags);
      expect(refused).toEqual({});
      expect(await run(modules, home)).toEqual(expected);
    },
    60_000,
  );

  it.each(FILES)(
    'are bundled, and run where nothing is installed: %s',
    async (_, file, flags) => {
      const { modules, expected, refused } = await pack(file, { linkPackages: 'bundle' }, flags);
      const native =
        file === 'main.mts' ? { 'native: a file of it': 'addon', 'native: by its manifest': 'built-addon' } : {};
      const wasm = file === 'main.mts' ? { 'wasm: a file of it': 'wasm-inside' } : {};
      const packages: Record<string, string> = { ...native, ...wasm };
      expect(Object.keys(refused)).toEqual(Object.keys(packages));
      for (const [name, { path, message, hint }] of Object.entries(refused)) {
        expect(path).toBe(packages[name]);
        expect(message).toMatch(
          name in native
            ? /^SerializationError: .*it holds native code, which cannot be sent to another system/
            : /^SerializationError: .*it holds WebAssembly in a file of its own, which cannot be sent/,
        );
        expect(hint).toBe(`install ${packages[name]} where tasks run, and list it in externals`);
      }
      const away = join(home, 'away');
      await rename(app, away);
      try {
        expect(await run(modules, home)).toEqual(expected);
      } finally {
        await rename(away, app);
      }
    },
    60_000,
  );

  it('are left to the runtime that has them, as externals', async () => {
    const externals = ['addon', 'built-addon', 'wasm-inside', 'modern'];
    const { modules, expected, refused } = await pack('main.mts', { linkPackages: 'bundle', externals });
    expect(refused).toEqual({});
    expect(modules['wasm: a file of it']?.externals).toEqual(['wasm-inside']);
    expect(modules['subpaths of an ES module']?.externals).toEqual(['modern']);
    expect(modules['subpaths of a CommonJS package']?.externals).toEqual([]);
    // Where packages have nothing but ES modules, only this flag lets Node look from another folder.
    expect(await run(modules, app, ['--experimental-import-meta-resolve'])).toEqual(expected);
    const elsewhere = (await run({ wasm: modules['wasm: a file of it'] as never }, home)) as { wasm: string };
    expect(elsewhere.wasm).toMatch(/package wasm-inside is listed in externals, but is not installed where/);
  }, 60_000);
});

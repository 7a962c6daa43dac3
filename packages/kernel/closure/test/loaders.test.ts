import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { pack } from '../src/index.ts';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const closure = new URL('../src/index.ts', import.meta.url).href;
const loader = new URL('../src/load.ts', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'lithops-closure-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EXPECTED = {
  arrow: [1, 2, 0, 'captured'],
  'imported helpers, JSON and cycles': [9, true, 3, 9, 9],
  'built-in modules': ['11f6ad', 'b'],
  'an npm package': 2,
  'a shared object stays one': [2, 2],
  'a shared variable stays one': [1, 2, 2, 2],
  'instances with private fields': [7, 8, true, 1],
  inheritance: ['HELLO WORLD!', true],
  'loop variables': [0, 1, 2],
  generators: [0, 1, 2],
  'bound functions': 'hello bound',
  'dynamic import of a literal': 6,
  'import.meta': 'program.mjs',
  'a counted variable': 1,
};
const EXPECTED_CJS = {
  'require of a file, a package and a built-in': [8, 2, 'd196'],
  'require inside': 'program-cjs.cjs',
  'old-style classes': [8, 2],
};
const EXPECTED_TS = { 'types are gone': 'circle of 21', 'constants of a module': ['red', 'Program'] };

interface Packed {
  readonly [name: string]: { readonly hash: string };
}

/** Runs a program that prints packed modules. */
function packIn(command: readonly string[], input?: string): { readonly text: string; readonly packed: Packed } {
  const { stdout, stderr, status } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    cwd: fixture('.'),
    ...(input !== undefined && { input }),
  });
  if (status !== 0) throw new Error(stderr);
  const text = stdout.trim().split('\n').at(-1) ?? '';
  return { text, packed: JSON.parse(text) };
}

/** Runs packed modules in a fresh process. */
function run(text: string): unknown {
  const { stdout, stderr, status } = spawnSync(process.execPath, [fixture('run-all.mjs'), loader], {
    encoding: 'utf8',
    input: text,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** A program that packs the functions of a fixture. */
function packer(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  return file;
}

const esm = (program: string) =>
  `import { pack } from ${JSON.stringify(closure)}; import { packAll } from ${JSON.stringify(pathToFileURL(fixture('pack-all.mjs')).href)}; import { functions } from ${JSON.stringify(pathToFileURL(fixture(program)).href)}; await packAll(pack, functions);`;
const cjs = (program: string) =>
  `const { functions } = require(${JSON.stringify(fixture(program))}); Promise.all([import(${JSON.stringify(closure)}), import(${JSON.stringify(pathToFileURL(fixture('pack-all.mjs')).href)})]).then(([{ pack }, { packAll }]) => packAll(pack, functions));`;

describe('functions from', () => {
  it('ES modules', () => expect(run(packIn([packer('esm.mjs', esm('program.mjs'))]).text)).toEqual(EXPECTED));

  it('CommonJS', () => expect(run(packIn([packer('cjs.cjs', cjs('program-cjs.cjs'))]).text)).toEqual(EXPECTED_CJS));

  it("TypeScript by Node's own type stripping", () =>
    expect(run(packIn([packer('strip.mjs', esm('program-ts.ts'))]).text)).toEqual(EXPECTED_TS));

  const tsx = ['--import', import.meta.resolve('tsx')];
  it('tsx, as ES modules', () => {
    expect(run(packIn([...tsx, packer('tsx.mjs', esm('program-ts.ts'))]).text)).toEqual(EXPECTED_TS);
    expect(run(packIn([...tsx, packer('tsx-esm.mjs', esm('program.mjs'))]).text)).toEqual(EXPECTED);
  });

  it('tsx, as CommonJS', () => {
    const file = packer(
      'program.cts',
      `const { double } = require(${JSON.stringify(fixture('helper-cjs.cjs'))}) as { double(n: number): number };\nconst word: string = 'captured';\nexports.functions = { typed: [(n: number): unknown[] => [double(n), word], 3] };`,
    );
    const main = packer('main.cjs', cjs('x').replace(JSON.stringify(fixture('x')), JSON.stringify(file)));
    expect(run(packIn([...tsx, main]).text)).toEqual({ typed: [6, 'captured'] });
  });

  it('a file bundled by esbuild', async () => {
    const file = fixture('bundled.out.mjs');
    try {
      await build({
        entryPoints: [fixture('program.mjs')],
        bundle: true,
        platform: 'node',
        format: 'esm',
        outfile: file,
        packages: 'external',
        minify: false,
        sourcemap: 'inline',
        logLevel: 'silent',
      });
      const { 'import.meta': _, ...expected } = EXPECTED;
      expect(run(packIn([packer('bundled.mjs', esm('bundled.out.mjs'))]).text)).toMatchObject(expected);
    } finally {
      rmSync(file, { force: true });
    }
  });

  it('node -e', () => {
    const program = `const word = 'captured'; let n = 1; function helper(x) { return x + n; } class C { get w() { return word; } } import(${JSON.stringify(closure)}).then(async ({ pack }) => (await import(${JSON.stringify(pathToFileURL(fixture('pack-all.mjs')).href)})).packAll(pack, { inline: [(x) => [helper(x), new C().w, require('node:path').basename('/a/b')], 2] }));`;
    expect(run(packIn(['-e', program]).text)).toEqual({ inline: [3, 'captured', 'b'] });
  });

  it('the REPL', () => {
    const input = `const word = 'captured';\nfunction helper(x) { return x + word; }\n;(async () => { const { pack } = await import(${JSON.stringify(closure)}); const { packAll } = await import(${JSON.stringify(pathToFileURL(fixture('pack-all.mjs')).href)}); await packAll(pack, { typed: [(x) => helper(x), 'un'] }); process.exit(0); })();\n`;
    const { stdout } = spawnSync(process.execPath, ['-i'], { encoding: 'utf8', input });
    const text = stdout.split('\n').find((line) => line.includes('"hash"')) ?? '';
    expect(run(text.slice(text.indexOf('{"typed"')))).toEqual({ typed: 'uncaptured' });
  });

  it('vitest', async () => {
    const { functions } = await import(fixture('program.mjs'));
    const packed: Record<string, object> = {};
    for (const [name, [fn, argument]] of Object.entries(
      functions as Record<string, [(...args: never[]) => unknown, unknown]>,
    )) {
      const { hash, code, assets } = await pack(fn);
      packed[name] = { hash, code, argument, assets: assets.map((asset) => Buffer.from(asset).toString('base64')) };
    }
    expect(run(JSON.stringify(packed))).toEqual(EXPECTED);
  });
});

describe('stacks', () => {
  const program = `import { capture } from ${JSON.stringify(closure)};
import { load } from ${JSON.stringify(loader)};
interface Item { readonly n: number }

const captured = 'text';
const helper = ({ n }: Item): number => {
  if (n > 1) throw new Error('deep' + captured);
  return n;
};
const shipped = capture(function work(item: Item) {
  return helper(item);
});
const { fn } = await load(await shipped.build());
try {
  fn({ n: 2 });
} catch (error) {
  console.log(shipped.mapStack((error as Error).stack ?? ''));
}
`;

  it.each([
    ['type stripping', [] as string[]],
    ['tsx', ['--import', import.meta.resolve('tsx')]],
  ])('name the file and line that the user wrote, under %s', (_, flags) => {
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, packer('stacks.mts', program)], {
      encoding: 'utf8',
    });
    const lines = [...stdout.matchAll(/stacks\.mts:(\d+):(\d+)/g)].map(([, line]) => Number(line));
    expect(lines.slice(0, 2), stdout + stderr).toEqual([7, 11]);
    expect(stdout).not.toContain('lithops:///');
  });
});

describe('hashes', () => {
  it('are the same in every process for the same code and captures, and others for others', () => {
    const file = packer('stable.mjs', esm('program.mjs'));
    const [first, second] = [packIn([file]).packed, packIn([file]).packed];
    const hashes = Object.values(first).map(({ hash }) => hash);
    expect(Object.values(second).map(({ hash }) => hash)).toEqual(hashes);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('bundled packages', () => {
  it('need not be installed where the module runs', async () => {
    const { parse } = await import('acorn');
    const module = await pack((text: string) => parse(text, { ecmaVersion: 'latest' }).body.length, {
      linkPackages: 'bundle',
    });
    expect(module.code).not.toMatch(/from\s*"(file:|acorn)/);
    expect(module.code.length).toBeGreaterThan(readFileSync(fixture('program.mjs')).length);
    const text = JSON.stringify({
      bundled: {
        code: module.code,
        assets: module.assets.map((asset) => Buffer.from(asset).toString('base64')),
        argument: 'a; b; c',
      },
    });
    expect(run(text)).toEqual({ bundled: 3 });
  });
});

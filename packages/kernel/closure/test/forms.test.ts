import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const closure = new URL('../src/index.ts', import.meta.url).href;
const loader = new URL('../src/load.ts', import.meta.url).href;

/** Packs the functions of a file under a loader, runs them in a fresh process, and gives what they gave and should give. */
async function shipped(
  file: string,
  flags: readonly string[],
): Promise<{ readonly got: unknown; readonly expected: unknown }> {
  const program = `
    const { pack } = await import(${JSON.stringify(closure)});
    const { packAll } = await import(${JSON.stringify(new URL('./fixtures/pack-all.mjs', import.meta.url).href)});
    const { createRequire } = await import('node:module');
    const file = ${JSON.stringify(fixture(`forms/${file}`))};
    const { functions } = file.endsWith('.cjs') ? createRequire(file)(file) : await import(file);
    const expected = Object.fromEntries(Object.entries(functions).map(([name, [, , result]]) => [name, result]));
    console.log(JSON.stringify(expected));
    await packAll(pack, functions);`;
  const lines = (await run([...flags, '--input-type=module', '-e', program])).trim().split('\n');
  const [expected = '', modules = ''] = lines.slice(-2);
  return { got: JSON.parse(await run([fixture('run-all.mjs'), loader], modules)), expected: JSON.parse(expected) };
}

function run(args: readonly string[], input = ''): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: fixture('.'), stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output.stdout) : reject(new Error(output.stderr))));
  });
}

/** Node itself knows `using` since version 24. */
const KNOWS_USING = Number(process.versions.node.split('.')[0]) >= 24;

const tsx = ['--import', import.meta.resolve('tsx')];

describe('every form of function and of import ships', () => {
  it.each<[string, string, readonly string[]]>([
    ['syntax, by Node', 'syntax.mjs', []],
    ['syntax, by tsx', 'syntax.mjs', tsx],
    ['ES modules, by Node', 'modules-esm.mjs', []],
    ['ES modules, by tsx', 'modules-esm.mjs', tsx],
    ['CommonJS, by Node', 'modules-cjs.cjs', []],
    ['CommonJS, by tsx', 'modules-cjs.cjs', tsx],
    ['types, by type stripping', 'types.ts', []],
    ['types, by tsx', 'types.ts', tsx],
    ['enums, namespaces, parameter properties and decorators, by tsx', 'legacy.ts', tsx],
    ...(KNOWS_USING ? [['using, by Node', 'using.mjs', []] as [string, string, readonly string[]]] : []),
    ['using, by tsx', 'using.mjs', tsx],
  ])(
    '%s',
    async (_, file, flags) => {
      const { got, expected } = await shipped(file, flags);
      expect(got).toEqual(expected);
    },
    120_000,
  );
});

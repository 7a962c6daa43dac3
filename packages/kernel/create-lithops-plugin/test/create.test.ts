import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PLUGIN_KINDS, pluginNames } from '../src/plugin-names.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lithops-create-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As where nobody can be asked: its streams are no terminal. */
async function create(...args: readonly string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...args], { cwd: folder });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ended; // of a process that ended with another code
  }
}

describe('names', () => {
  it('of a plugin follow its package', () => {
    expect(pluginNames('@acme/lithops-fast-grid')).toEqual({
      package: '@acme/lithops-fast-grid',
      plugin: 'fast_grid',
      type: 'FastGrid',
      factory: 'fastGrid',
    });
    expect(pluginNames('lithops-plugin-fly').plugin).toBe('fly');
    expect(pluginNames('grid', 'acme_2').type).toBe('Acme2');
  });

  it.each(['', 'Grid', '@acme', '@acme/', 'a b', '.hidden', 'node_modules', '@lithops/grid'])(
    "of packages are checked: '%s'",
    (name) => {
      expect(() => pluginNames(name, 'grid')).toThrow(TypeError);
    },
  );

  it.each(['', 'Grid', 'fast-grid', '2fast', 'grid_', 'lithops', 'localhost'])(
    "of plugins are checked: '%s'",
    (plugin) => {
      expect(() => pluginNames('@acme/grid', plugin)).toThrow(TypeError);
    },
  );
});

describe('npm create lithops-plugin', () => {
  it.each(PLUGIN_KINDS)('makes a %s plugin of the names that it is given, and nothing else', async (kind) => {
    const { code, stdout } = await create('@acme/lithops-fast-grid', '--kind', kind);
    expect(code).toBe(0);
    expect(stdout).toContain('npm test');
    const made = join(folder, 'lithops-fast-grid');
    const manifest: unknown = JSON.parse(readFileSync(join(made, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: '@acme/lithops-fast-grid', lithops: { kind, name: 'fast_grid', api: 1 } });
    const files = readdirSync(made, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['.gitignore', 'README.md', 'index.ts']));
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name), 'utf8')).not.toMatch(/acme_grid|acme\/lithops-grid|acmegrid/i);
  });

  it('overwrites nothing', async () => {
    writeFileSync(join(folder, 'mine'), 'mine');
    const { code, stderr } = await create('@acme/grid', '--kind', 'storage', '--folder', '.');
    expect(code).toBe(1);
    expect(stderr).toContain('there is something in');
    expect(readdirSync(folder)).toEqual(['mine']);
  });

  it.each([
    [[], 'the package is missing'],
    [['@acme/grid'], '--kind is missing: compute or storage'],
    [['@acme/grid', '--kind', 'network'], "there is no kind 'network'"],
    [['@lithops/grid', '--kind', 'compute'], "packages of @lithops are this project's"],
    [['@acme/grid', '--kind', 'compute', '--name', 'Grid'], 'it is snake case'],
    [['@acme/grid', 'other', '--kind', 'compute'], 'one package at a time'],
    [['--colour'], "Unknown option '--colour'"],
  ])('says what is wrong with %j', async (args, said) => {
    const { code, stderr } = await create(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(readdirSync(folder)).toEqual([]);
  });
});

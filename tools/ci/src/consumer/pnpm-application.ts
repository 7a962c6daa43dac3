import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { atOnce, type Check, startCheck } from '../check.ts';
import { backendTrees } from './backend-trees.ts';
import type { Packed } from './folder.ts';

/** The oldest that is supported, and the newest there is; ours is the one between. */
const OTHER_NODES = ['22.12.0', '26.10.0'];
/** Of the suite: what a strict layout of packages could break. What it says of backends is said by the run with npm. */
const LAYOUT_CASES = '/^(results|closures)\\//';

/** All our packages at once, by pnpm, under which a package finds only what it has declared. */
export async function pnpmApplication(parent: string, packed: Packed): Promise<readonly Check[]> {
  const folder = join(parent, 'pnpm');
  mkdirSync(folder);
  const names = Object.keys(packed.ours);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      type: 'module',
      dependencies: { ...packed.ours, '@acme/lithops-launcher': packed.example },
    }),
  );
  const builds = ['esbuild', 'cpu-features', 'msgpackr-extract', 'protobufjs', 'ssh2'];
  writeFileSync(
    join(folder, 'pnpm-workspace.yaml'),
    stringify({ overrides: packed.ours, allowBuilds: Object.fromEntries(builds.map((name) => [name, false])) }),
  );
  const imports = names.map((name) => `await import(${JSON.stringify(name)});`);
  writeFileSync(join(folder, 'every-package.mjs'), `${imports.join('\n')}\n`);
  writeFileSync(
    join(folder, 'launcher.test.mjs'),
    `import plugin from '@acme/lithops-launcher';
import { folderStorage } from '@lithops/testing';
import { testComputePlugin } from '@lithops/testing/node';
testComputePlugin({ plugin, config: { maxWorkers: 2 }, executor: { storage: folderStorage() } });
`,
  );
  const installed = await startCheck(
    'pnpm installs every packed package',
    'pnpm',
    ['install', '--prefer-offline', '--no-frozen-lockfile'],
    { cwd: folder },
  );
  if (installed.outcome !== 'passed') return [installed];
  const run = (name: string, program: string, args: readonly string[]) => () =>
    startCheck(name, program, args, { cwd: folder, timeoutMs: 240_000 });
  const hello = ['node_modules/lithops/bin/lithops.js', 'hello', '-m', '3'];
  const checks = await atOnce(2, [
    run(`each of ${names.length} packages is imported`, 'node', ['every-package.mjs']),
    run('lithops hello', 'node', hello),
    ...OTHER_NODES.map((version) =>
      run(`lithops hello on Node ${version}`, 'npx', ['-y', `node@${version}`, ...hello]),
    ),
    run("a third party's backend runs", 'node', ['--test', `--test-name-pattern=${LAYOUT_CASES}`, 'launcher.test.mjs']),
  ]);
  return [installed, ...backendTrees(readFileSync(join(folder, 'pnpm-lock.yaml'), 'utf8'), names), ...checks];
}

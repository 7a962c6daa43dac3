import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { atOnce, type Check, repository, startCheck } from '../check.ts';
import { APPLICATION, type Packed } from './folder.ts';
import { generatedPlugins } from './generated-plugins.ts';

/** Tools of the users, in the versions that this repository has: none of them has to be fetched anew. */
const TOOLS = ['typescript', 'vitest', '@types/node', 'esbuild'] as const;

/** As most users have it: npm, an empty folder, and programs of every kind. */
export async function npmApplication(parent: string, packed: Packed): Promise<readonly Check[]> {
  const folder = join(parent, 'npm');
  mkdirSync(folder);
  cpSync(APPLICATION, folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest(packed)));
  const installed = await startCheck(
    'npm installs the packed packages',
    'npm',
    ['install', '--no-audit', '--no-fund'],
    {
      cwd: folder,
    },
  );
  if (installed.outcome !== 'passed') return [installed];
  const run =
    (name: string, program: string, args: readonly string[], cwd = folder) =>
    () =>
      startCheck(name, program, args, { cwd, timeoutMs: 240_000, env: outside() });
  const bin = (name: string) => join(folder, 'node_modules', '.bin', name);
  const plugin = join(folder, 'plugin');
  const thirdParty = join(folder, 'third-party');
  cpSync(join(parent, 'example'), thirdParty, { recursive: true });
  const checks = await atOnce(2, [
    run("a third party's backend passes the compute suite", 'node', ['--test'], thirdParty),
    ...generatedPlugins(folder),
    run('an ES module runs', 'node', ['esm/app.mjs']),
    run('a CommonJS module runs', 'node', ['cjs/app.cjs']),
    run('Node 20 is refused with a sentence', 'npx', ['-y', 'node@20.19.0', 'esm/refused.mjs']),
    run('TypeScript checks, by the rules of Node', bin('tsc'), ['-p', 'typescript/tsconfig.nodenext.json']),
    run('TypeScript checks, by the rules of bundlers', bin('tsc'), ['-p', 'typescript/tsconfig.bundler.json']),
    run('TypeScript runs', 'node', ['typescript/app.ts']),
    run('a test of vitest runs', bin('vitest'), ['run', '--root', 'vitest']),
    run('an application is bundled', bin('esbuild'), [...BUNDLE, '--packages=external', '--outfile=bundle/app.mjs']),
    run('an application is bundled with its packages', bin('esbuild'), [
      ...BUNDLE,
      "--banner:js=import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
      '--external:esbuild',
      '--outfile=bundle/whole.mjs',
    ]),
    run('a backend is used as a value, by package, by path and by name', 'node', ['app.mjs'], plugin),
  ]);
  const bundled = await atOnce(2, [
    run('a bundled application runs', 'node', ['bundle/app.mjs']),
    run('an application that is bundled with its packages runs', 'node', ['bundle/whole.mjs']),
  ]);
  return [installed, tree(folder), ...checks, ...bundled];
}

const BUNDLE = ['bundle/app.ts', '--bundle', '--platform=node', '--format=esm', '--target=node22'];

function manifest({ ours, example }: Packed): object {
  const versions = Object.fromEntries(TOOLS.map((name) => [name, installedVersion(name)]));
  const direct = ['lithops', '@lithops/core', '@lithops/testing', 'create-lithops-plugin'];
  return {
    name: 'consumer',
    private: true,
    type: 'module',
    workspaces: ['generated/*'],
    dependencies: {
      ...Object.fromEntries(direct.map((name) => [name, ours[name]])),
      '@acme/lithops-launcher': example,
      ...versions,
    },
    overrides: Object.fromEntries(Object.entries(ours).filter(([name]) => !direct.includes(name))),
  };
}

function installedVersion(name: string): string {
  const file = createRequire(join(repository, 'packages/kernel/closure/package.json')).resolve(`${name}/package.json`);
  const { version }: { readonly version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return version;
}

/** No setting of this run is to reach the programs of others. */
function outside(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|VITEST)/.test(name)));
}

/** No cloud's SDK comes with the core. */
function tree(folder: string): Check {
  const modules = join(folder, 'node_modules');
  const names = existsSync(modules) ? readdirSync(modules) : [];
  const strangers = names.filter((name) =>
    /^(@aws-sdk|@azure|@google-cloud|ibm-|dockerode|ssh2|@kubernetes)/.test(name),
  );
  const name = `the installed tree of ${names.length} entries holds no cloud SDK`;
  return strangers.length === 0 && names.length > 0
    ? { name, outcome: 'passed' }
    : { name, outcome: 'failed', detail: strangers.join(', ') };
}

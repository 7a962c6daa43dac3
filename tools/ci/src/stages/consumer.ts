import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Check, commandCheck, type Stage } from '../check.ts';
import { packAll } from '../tarballs.ts';

const SCRIPT = `import { FunctionExecutor } from 'lithops';
const offset = 40;
const results = await new FunctionExecutor().map((n) => n + offset, [1, 2]).result();
if (results.join() !== '41,42') throw new Error(String(results));
console.log(results.join());
`;

const REFUSED = `import('lithops').then(
  () => process.exit(1),
  (error) => process.exit(/needs Node 22.12 or later/.test(error.message) ? 0 : 1),
);`;

/** As a user has it: the packed packages installed by npm into a fresh folder, run by the oldest supported Node and by ours. */
export const consumer: Stage = {
  name: 'consumer',
  run() {
    const folder = mkdtempSync(join(tmpdir(), 'lithops-consumer-'));
    try {
      const tarballs = packAll();
      const overrides = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]));
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({
          name: 'consumer',
          private: true,
          type: 'module',
          dependencies: { lithops: overrides['lithops'] },
          overrides: withoutRoot(overrides),
        }),
      );
      writeFileSync(join(folder, 'script.mjs'), SCRIPT);
      const installed = commandCheck(
        'npm installs the packed packages',
        'npm',
        ['install', '--no-audit', '--no-fund'],
        { cwd: folder },
      );
      if (installed.outcome !== 'passed') return [installed];
      return [
        installed,
        tree(folder),
        commandCheck('a script runs', 'node', ['script.mjs'], { cwd: folder }),
        commandCheck('a script runs on Node 22.12', 'npx', ['-y', 'node@22.12.0', 'script.mjs'], { cwd: folder }),
        commandCheck('Node 20 is refused with a sentence', 'npx', ['-y', 'node@20.19.0', '--eval', REFUSED], {
          cwd: folder,
        }),
        commandCheck('lithops hello', 'node', ['node_modules/lithops/bin/lithops.js', 'hello', '-m', '3'], {
          cwd: folder,
        }),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function withoutRoot(overrides: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(overrides).filter(([name]) => name !== 'lithops'));
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

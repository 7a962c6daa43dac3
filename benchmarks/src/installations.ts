import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const repository: string = new URL('../../', import.meta.url).pathname;

/** What a package's own code is built from, the user's package last. */
const PACKAGES = [
  ['@lithops/worker', 'kernel/worker'],
  ['@lithops/closure', 'kernel/closure'],
  ['@lithops/core', 'kernel/core'],
  ['@lithops/localhost', 'localhost/localhost'],
  ['@lithops/dashboard', 'kernel/dashboard'],
  ['lithops', 'kernel/lithops'],
] as const;
/** Where these are, with the kits that they are built on. */
const OPTIONAL = {
  '@lithops/docker': { path: 'localhost/docker', kits: [['@lithops/kit-images', 'serverless/kit-images']] },
} as const;

/** The packages as they are published, installed by npm into a folder of their own, which the caller removes. */
export function installPacked(besides: readonly (keyof typeof OPTIONAL)[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-benchmark-'));
  const packed = join(folder, 'packed');
  mkdirSync(packed);
  const files = new Map<string, string>();
  const added = besides.flatMap((name) => [...OPTIONAL[name].kits, [name, OPTIONAL[name].path] as const]);
  for (const [name, path] of [...PACKAGES, ...added]) {
    const before = new Set(readdirSync(packed));
    run('pnpm', ['pack', '--pack-destination', packed], join(repository, 'packages', path));
    files.set(name, `file:${join(packed, readdirSync(packed).find((file) => !before.has(file)) ?? '')}`);
  }
  const { lithops, ...others } = Object.fromEntries(files);
  const wanted = Object.fromEntries(besides.map((name) => [name, files.get(name) ?? '']));
  for (const name of besides) delete others[name];
  install(folder, { lithops: lithops ?? '', ...wanted }, others);
  return folder;
}

/** Peers too heavy for everybody's installation, kept between runs. Undefined where they cannot be had. */
export function installHeavyPeers(): string | undefined {
  const folder = join(repository, 'node_modules', '.cache', 'lithops-benchmark-peers');
  if (existsSync(join(folder, 'node_modules', 'faastjs', 'package.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  try {
    install(folder, { faastjs: '8.0.75' });
    return folder;
  } catch (error) {
    console.error(
      `faastjs is skipped, for it cannot be installed: ${error instanceof Error ? error.message : 'unknown cause'}`,
    );
    return undefined;
  }
}

function install(
  folder: string,
  dependencies: Readonly<Record<string, string>>,
  overrides: Readonly<Record<string, string>> = {},
): void {
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, dependencies, overrides }),
  );
  run('npm', ['install', '--no-audit', '--no-fund'], folder);
}

function run(file: string, args: readonly string[], cwd: string): void {
  const { status, stderr, stdout, error } = spawnSync(file, args, { cwd, encoding: 'utf8', timeout: 180_000 });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} failed:\n${stdout}${stderr}${error?.message ?? ''}`);
}

import type { Command } from 'commander';

interface PluginRow {
  readonly kind: 'compute' | 'storage';
  readonly name: string;
  readonly package: string;
  readonly installed: boolean;
}

/** `lithops plugins list`. */
export function addPluginsCommand(program: Command): void {
  program
    .command('plugins')
    .description('backends and storages, and whether they are installed')
    .command('list', { isDefault: true })
    .description('list them')
    .option('--json', 'print JSON')
    .action(list);
}

async function list({ json }: { readonly json?: boolean }): Promise<void> {
  const { COMPUTE_BACKENDS, pluginInstalled, STORAGE_BACKENDS } = await import('@lithops/core');
  await import('../../index.ts');
  const compute = Object.values(COMPUTE_BACKENDS)
    .flat()
    .map((name) => ({ kind: 'compute' as const, name }));
  const storage = STORAGE_BACKENDS.map((name) => ({ kind: 'storage' as const, name }));
  const rows: PluginRow[] = [];
  for (const { kind, name } of [...compute, ...storage]) {
    const found = await pluginInstalled(kind, name, [process.cwd()]);
    rows.push({ kind, name, package: found.package, installed: found.installed });
  }
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const row of rows)
    process.stdout.write(
      `${row.kind.padEnd(8)} ${row.name.padEnd(width)}  ${row.installed ? 'installed' : `not installed (${row.package})`}\n`,
    );
}

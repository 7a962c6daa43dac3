import type { Command } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../../common-options.ts';
import { addConfigSchemaCommand } from './schema-command.ts';

/** Values of keys named like these are not shown. */
const SECRET = /key|token|secret|password|credential|connection_?string/i;

/** `lithops config show|schema|path`. */
export function addConfigCommand(program: Command): void {
  const config = program.command('config').description('show which configuration is used, and where it comes from');
  withCommonOptions(config.command('show'))
    .description('print the configuration as it is understood; secrets are left out')
    .option('--json', 'print JSON')
    .action(show);
  withCommonOptions(config.command('path'))
    .description('print the file or source that the configuration comes from')
    .action(path);
  addConfigSchemaCommand(config);
}

async function show(options: CommonOptions): Promise<void> {
  const { loadConfig } = await import('@lithops/core');
  const { source, mode, backendName, backendSection, storageName, storageSection, defaults, plugins } = loadConfig(
    toExecutorOptions(options),
  );
  const shown = redact({
    source,
    mode,
    backend: backendName,
    storage: storageName,
    ...defaults,
    plugins,
    [backendName]: backendSection,
    ...(storageName !== backendName && { [storageName]: storageSection }),
  });
  if (options.json) process.stdout.write(`${JSON.stringify(shown, undefined, 2)}\n`);
  else process.stdout.write((await import('yaml')).stringify(shown));
}

async function path(options: CommonOptions): Promise<void> {
  const { loadConfig } = await import('@lithops/core');
  process.stdout.write(`${loadConfig(toExecutorOptions(options)).source}\n`);
}

function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, SECRET.test(key) && typeof entry === 'string' ? '(hidden)' : redact(entry)]),
  );
}

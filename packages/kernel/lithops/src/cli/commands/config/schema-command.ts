import type { Command } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../../common-options.ts';

/** `lithops config schema`. */
export function addConfigSchemaCommand(config: Command): void {
  withCommonOptions(config.command('schema'))
    .description(
      'print a JSON Schema of configuration files for editors: section lithops, and those of the installed plugins',
    )
    .action(schema);
}

async function schema(options: CommonOptions): Promise<void> {
  const [{ configSchemas }, { toJsonSchema }] = await Promise.all([
    import('../../../index.ts'),
    import('./to-json-schema.ts'),
  ]);
  const sections = await configSchemas(toExecutorOptions(options));
  process.stdout.write(`${JSON.stringify(toJsonSchema(sections), undefined, 2)}\n`);
}

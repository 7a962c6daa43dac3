import type { ExecutorOptions } from '@lithops/core';
import type { Command } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../common-options.ts';

interface BuildOptions extends CommonOptions {
  readonly file?: string;
}

/** `lithops runtime build|list|delete`. */
export function addRuntimeCommand(program: Command): void {
  const runtime = program.command('runtime').description('what tasks run in: images, deployed functions');
  withCommonOptions(runtime.command('build <name> [context]'))
    .description('build a runtime; of localhost mode: an image, from a Dockerfile')
    .option('-f, --file <file>', 'Dockerfile; without it the one that comes with the backend')
    .option('--json', 'print the result as JSON')
    .action(build);
  withCommonOptions(runtime.command('list'))
    .description('list the runtimes that were built')
    .option('--json', 'print JSON')
    .action(list);
  withCommonOptions(runtime.command('delete <name>'))
    .description('delete a runtime')
    .option('--json', 'print the result as JSON')
    .action(remove);
}

async function build(name: string, context: string | undefined, options: BuildOptions): Promise<void> {
  await using runtimes = await open(options);
  // What it prints goes beside the result, which may be read by a program.
  const onOutput = (text: string) => void process.stderr.write(text);
  const startedAt = performance.now();
  await runtimes.catalog.build(
    { name },
    {
      onOutput,
      ...(options.file !== undefined && { file: options.file }),
      ...(context !== undefined && { context }),
    },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  if (options.json) print({ backend: runtimes.backend, name, seconds });
  else process.stdout.write(`built ${name} in ${seconds.toFixed(1)} s\n`);
}

async function list(options: CommonOptions): Promise<void> {
  await using runtimes = await open(options);
  const found = await runtimes.catalog.list();
  if (options.json) print(found);
  else for (const { name } of found) process.stdout.write(`${name}\n`);
}

async function remove(name: string, options: CommonOptions): Promise<void> {
  await using runtimes = await open(options);
  await runtimes.catalog.delete({ name });
  if (options.json) print({ backend: runtimes.backend, name, deleted: true });
  else process.stdout.write(`deleted ${name}\n`);
}

async function open(options: CommonOptions): Promise<Awaited<ReturnType<typeof import('@lithops/core').openRuntimes>>> {
  const { loadConfig, openRuntimes } = await import('@lithops/core');
  await import('../../index.ts');
  const executor = toExecutorOptions(options);
  return openRuntimes(loadConfig(executor).backendName === 'localhost' ? imagesOf(executor) : executor);
}

/** In localhost mode what can be built is an image. */
function imagesOf(options: ExecutorOptions): ExecutorOptions {
  return { ...options, backend: 'docker' };
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

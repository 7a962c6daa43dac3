import { type Command, InvalidArgumentError } from 'commander';
import { type CommonOptions, withCommonOptions } from '../common-options.ts';
import { openConfigured } from '../open-configured.ts';
import { printJson } from '../print-json.ts';

interface IncludedFile {
  readonly source: string;
  readonly destination: string;
}

interface BuildOptions extends CommonOptions {
  readonly file?: string;
  readonly include?: readonly IncludedFile[];
  readonly overwrite?: boolean;
}

/** `lithops image build|list|delete`. */
export function addImageCommand(program: Command): void {
  const image = program.command('image').description('images that virtual machines are made from');
  withCommonOptions(image.command('build <name>'))
    .description('install all that tasks need on a machine, and make an image of it')
    .option('-f, --file <script>', 'a shell script that is run there as root')
    .option('-i, --include <source:destination>', 'a file that is put there; may be repeated', parseInclude)
    .option('-o, --overwrite', 'replace an image of that name')
    .option('--json', 'print the result as JSON')
    .action(build);
  withCommonOptions(image.command('list'))
    .description('list the images that were built')
    .option('--json', 'print JSON')
    .action(list);
  withCommonOptions(image.command('delete <name>'))
    .description('delete an image')
    .option('--json', 'print the result as JSON')
    .action(remove);
}

async function build(name: string, { file, include, overwrite, json, ...options }: BuildOptions): Promise<void> {
  await using images = await openConfigured(options, 'images');
  const startedAt = performance.now();
  const built = await images.ability.build(name, {
    // What is told while something goes on is beside the result, which may be read by a program.
    onOutput: (text) => void process.stderr.write(text),
    existing: overwrite === true ? 'replace' : 'keep',
    ...(file !== undefined && { file }),
    ...(include !== undefined && { include }),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (json) printJson({ backend: images.backend, ...built, seconds });
  else process.stdout.write(`built ${built.name} (${built.id}) in ${seconds.toFixed(1)} s\n`);
}

async function list({ json, ...options }: CommonOptions): Promise<void> {
  await using images = await openConfigured(options, 'images');
  const found = await images.ability.list();
  if (json) return printJson(found);
  for (const { name, id, createdAt } of found) process.stdout.write(`${name}  ${id}  ${createdAt.toISOString()}\n`);
}

async function remove(name: string, { json, ...options }: CommonOptions): Promise<void> {
  await using images = await openConfigured(options, 'images');
  await images.ability.delete(name);
  if (json) printJson({ backend: images.backend, name, deleted: true });
  else process.stdout.write(`deleted ${name}\n`);
}

/** @throws InvalidArgumentError, which Commander prints */
function parseInclude(text: string, before: readonly IncludedFile[] = []): readonly IncludedFile[] {
  const [, source = '', destination = ''] = /^(.+):(\/[^:]+)$/.exec(text) ?? [];
  if (source !== '') return [...before, { source, destination }];
  throw new InvalidArgumentError('SOURCE:DESTINATION is expected, the destination an absolute path.');
}

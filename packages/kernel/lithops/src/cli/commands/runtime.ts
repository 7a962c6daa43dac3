import type { ExecutorOptions, OpenRuntimes } from '@lithops/core';
import type { Command } from 'commander';
import { type CommonOptions, parseCount, toExecutorOptions, withCommonOptions } from '../common-options.ts';
import { printJson } from '../print-json.ts';

interface BuildOptions extends CommonOptions {
  readonly file?: string;
  /** Commander's form of `--no-cache`. */
  readonly cache: boolean;
}

interface VariantOptions extends CommonOptions {
  readonly memory?: number;
  readonly timeout?: number;
}

/** `lithops runtime build|deploy|update|list|delete`. */
export function addRuntimeCommand(program: Command): void {
  const runtime = program.command('runtime').description('what tasks run in: images, deployed functions');
  withCommonOptions(runtime.command('build <name> [context]'))
    .description('build a runtime; of localhost mode and container backends: an image, from a Dockerfile')
    .option('-f, --file <file>', 'Dockerfile; without it the one that comes with the backend')
    .option('--no-cache', 'build anew, even if the same was built before')
    .option('--json', 'print the result as JSON')
    .action(build);
  withCommonOptions(runtime.command('deploy <name>'))
    .description('have the backend ready to run tasks in a runtime')
    .option('-m, --memory <MB>', 'memory; without it what the configuration says', parseCount)
    .option('--timeout <seconds>', 'longest time of a task; without it what the configuration says', parseCount)
    .option('--json', 'print the result as JSON')
    .action(deploy);
  withCommonOptions(runtime.command('update <name>'))
    .description('deploy a runtime again, with every memory that it was deployed with')
    .option('--json', 'print the results as JSON')
    .action(update);
  withCommonOptions(runtime.command('list'))
    .description('list the runtimes that were built or deployed')
    .option('--json', 'print JSON')
    .action(list);
  withCommonOptions(runtime.command('delete <name>'))
    .description('delete a runtime')
    .option('-m, --memory <MB>', 'only the one with this memory', parseCount)
    .option('--json', 'print the result as JSON')
    .action(remove);
}

async function build(name: string, context: string | undefined, options: BuildOptions): Promise<void> {
  await using runtimes = await open(options);
  const { file, cache, json } = options;
  const { result, seconds } = await timed(() =>
    runtimes.catalog.build(
      { name },
      { onOutput, fresh: !cache, ...(file !== undefined && { file }), ...(context !== undefined && { context }) },
    ),
  );
  if (json) printJson({ backend: runtimes.backend, ...result, seconds });
  else if (result.built) process.stdout.write(`built ${result.name} in ${seconds.toFixed(1)} s\n`);
  else process.stdout.write(`${result.name} was built before: ${result.image ?? 'nothing has changed'}\n`);
}

async function deploy(name: string, { memory, timeout, ...options }: VariantOptions): Promise<void> {
  await using runtimes = await open(options);
  const runtime = { name, ...(memory !== undefined && { memory }), ...(timeout !== undefined && { timeout }) };
  const deployed = await deployOne(runtimes, runtime);
  if (options.json) printJson(deployed);
  else tellDeployed(deployed);
}

async function update(name: string, options: CommonOptions): Promise<void> {
  await using runtimes = await open(options);
  const found = (await runtimes.catalog.list()).filter((runtime) => runtime.name === name);
  if (found.length === 0) throw await notDeployed(name, runtimes.backend);
  const deployed: DeployedRuntime[] = [];
  for (const runtime of different(found)) deployed.push(await deployOne(runtimes, runtime, 'again'));
  if (options.json) printJson(deployed);
  else deployed.forEach(tellDeployed);
}

async function list(options: CommonOptions): Promise<void> {
  await using runtimes = await open(options);
  const found = await runtimes.catalog.list();
  if (options.json) printJson(found);
  else
    for (const { name, memory, timeout } of found) {
      const facts = [
        ...(memory === undefined ? [] : [`${memory} MB`]),
        ...(timeout === undefined ? [] : [`${timeout} s`]),
      ];
      process.stdout.write(`${[name, ...facts].join('  ')}\n`);
    }
}

async function remove(name: string, { memory, ...options }: VariantOptions): Promise<void> {
  await using runtimes = await open(options);
  await runtimes.catalog.delete({ name, ...(memory !== undefined && { memory }) });
  if (options.json)
    printJson({ backend: runtimes.backend, name, ...(memory !== undefined && { memory }), deleted: true });
  else process.stdout.write(`deleted ${name}\n`);
}

type Catalog = OpenRuntimes['catalog'];
type Runtime = Parameters<Catalog['deploy']>[0];
type DeployedRuntime = Awaited<ReturnType<typeof deployOne>>;

async function deployOne({ backend, catalog }: OpenRuntimes, runtime: Runtime, how: 'once' | 'again' = 'once') {
  const { result, seconds } = await timed(() =>
    how === 'again' && catalog.update !== undefined
      ? catalog.update(runtime, { onOutput })
      : catalog.deploy(runtime, { onOutput }),
  );
  return { backend, ...runtime, ...result, seconds };
}

/** Earlier deployments may stand beside later ones. */
function different(runtimes: readonly Runtime[]): Runtime[] {
  return [...new Map(runtimes.map((each) => [`${each.memory} MB, ${each.timeout} s`, each])).values()];
}

function tellDeployed({ name, backend, nodeVersion, platform, arch, seconds }: DeployedRuntime): void {
  const facts = `Node ${nodeVersion}, ${platform} ${arch}`;
  process.stdout.write(`deployed ${name} to ${backend} in ${seconds.toFixed(1)} s: ${facts}\n`);
}

async function notDeployed(name: string, backend: string): Promise<Error> {
  const { RuntimeNotFoundError } = await import('@lithops/core');
  return new RuntimeNotFoundError(`there is no runtime ${name} of ${backend}`, {
    hint: `see lithops runtime list; the first time it is lithops runtime deploy ${name}`,
  });
}

/** What is told while something goes on is beside the result, which may be read by a program. */
function onOutput(text: string): void {
  process.stderr.write(text);
}

async function timed<Result>(
  act: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly seconds: number }> {
  const startedAt = performance.now();
  const result = await act();
  return { result, seconds: (performance.now() - startedAt) / 1000 };
}

async function open(options: CommonOptions): Promise<OpenRuntimes> {
  const { loadConfig, openRuntimes } = await import('@lithops/core');
  await import('../../index.ts');
  const executor = toExecutorOptions(options);
  return openRuntimes(loadConfig(executor).backendName === 'localhost' ? imagesOf(executor) : executor);
}

/** In localhost mode what can be built is an image. */
function imagesOf(options: ExecutorOptions): ExecutorOptions {
  return { ...options, backend: 'docker' };
}

import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generatePlugin } from './generate-plugin.ts';
import { PLUGIN_KINDS, type PluginKind, pluginNames } from './plugin-names.ts';

const HELP = `Makes a backend or a storage of Lithops, with tests that pass.

  npm create lithops-plugin [package] -- [options]

  package                  @acme/lithops-grid
  -k, --kind <kind>        ${PLUGIN_KINDS.join(' or ')}
  -n, --name <name>        name in configurations, snake case; by default after the package
  -f, --folder <folder>    where it is written; by default a new folder named after the package
  -h, --help

What is not said is asked for, on a terminal. Elsewhere package and kind have to be said.
`;

/** What was said is not right: exit code 2. */
class UsageError extends Error {}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(`${error instanceof Error ? error.message : String(error)}${isUsage ? '\nsee --help' : ''}`);
  process.exitCode = isUsage ? 2 : 1;
}

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(args);
  if (values.help) return void process.stdout.write(HELP);
  const [packageName, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`one package at a time, not ${positionals.join(' ')}`);
  const given = { kind: kindOf(values.kind), packageName, plugin: values.name };
  const answers = process.stdin.isTTY && process.stdout.isTTY ? await asked(given) : said(given);
  if (answers === undefined) {
    process.exitCode = 1;
    return;
  }
  const names = usable(() => pluginNames(answers.packageName, answers.plugin));
  const folder = resolve(values.folder ?? names.package.slice(names.package.lastIndexOf('/') + 1));
  const files = await generatePlugin({ kind: answers.kind, names, folder });
  const where = relative(process.cwd(), folder) || '.';
  console.log(`${names.package} was made in ${where}: ${files.join(', ')}

  cd ${where}
  npm install
  npm test`);
}

interface Given {
  readonly kind: PluginKind | undefined;
  readonly packageName: string | undefined;
  readonly plugin: string | undefined;
}

interface Said {
  readonly kind: PluginKind;
  readonly packageName: string;
  readonly plugin?: string | undefined;
}

/** Where nobody can be asked. */
function said({ kind, packageName, plugin }: Given): Said {
  if (packageName === undefined)
    throw new UsageError('the package is missing: npm create lithops-plugin @acme/lithops-grid');
  if (kind === undefined) throw new UsageError(`--kind is missing: ${PLUGIN_KINDS.join(' or ')}`);
  return { kind, packageName, plugin };
}

async function asked(given: Given): Promise<Said | undefined> {
  const { kind, packageName } = given;
  if (kind !== undefined && packageName !== undefined) return said(given);
  // Names that were said are looked at before the others are asked for.
  if (packageName !== undefined) usable(() => pluginNames(packageName, given.plugin));
  const { askAnswers } = await import('./ask-answers.ts');
  return askAnswers(given);
}

function parsed(args: readonly string[]): {
  readonly values: { kind?: string; name?: string; folder?: string; help?: boolean };
  readonly positionals: string[];
} {
  return usable(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        kind: { type: 'string', short: 'k' },
        name: { type: 'string', short: 'n' },
        folder: { type: 'string', short: 'f' },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  );
}

function kindOf(text: string | undefined): PluginKind | undefined {
  if (text === undefined) return undefined;
  const kind = PLUGIN_KINDS.find((candidate) => candidate === text);
  if (kind === undefined) throw new UsageError(`there is no kind '${text}': it is ${PLUGIN_KINDS.join(' or ')}`);
  return kind;
}

function usable<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

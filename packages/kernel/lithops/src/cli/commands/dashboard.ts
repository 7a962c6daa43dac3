import { type Command, InvalidArgumentError } from 'commander';
import { type CommonOptions, toExecutorOptions } from '../common-options.ts';
import { openInBrowser } from '../open-in-browser.ts';

interface DashboardCommandOptions extends Pick<CommonOptions, 'config' | 'json'> {
  readonly port: number;
  readonly open?: boolean;
}

/** `lithops dashboard`. */
export function addDashboardCommand(program: Command): void {
  program
    .command('dashboard')
    .description('show jobs, live and past, in a browser; ends by Ctrl-C')
    .option('-c, --config <file>', 'configuration file, for the folder of the journals')
    .option('-p, --port <number>', 'port on 127.0.0.1 (default: one that is free)', parsePort, 0)
    .option('-o, --open', 'open it in the browser')
    .option('--json', 'print its address as JSON')
    .action(dashboard);
}

async function dashboard({ port, open, json, ...common }: DashboardCommandOptions): Promise<void> {
  const { ConfigError, loadConfig } = await import('@lithops/core');
  const { journalFolder } = await import('@lithops/core/journal');
  const folder = journalFolder(loadConfig(toExecutorOptions(common)).journal);
  if (folder === undefined)
    throw new ConfigError('there is nothing to show: no journal of jobs is kept', {
      hint: "remove 'journal: false' from the section 'lithops' of the configuration, and LITHOPS_JOURNAL from the environment",
    });
  const { startDashboard } = await import('@lithops/dashboard');
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    await using started = await startDashboard({ folder, port });
    const { url } = started;
    process.stdout.write(
      json === true ? `${JSON.stringify({ url, port: started.port, folder })}\n` : told(url, folder),
    );
    await using _ = open === true ? await opened(url) : undefined;
    await ended.promise;
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, end);
  }
}

/** The dashboard is as good without. */
async function opened(url: string): Promise<AsyncDisposable | undefined> {
  try {
    return await openInBrowser(url);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

function told(url: string, folder: string): string {
  return `Dashboard: ${url}\nIt shows the jobs in ${folder} to whoever has this address. Ctrl-C ends it.\n`;
}

/** @throws InvalidArgumentError, which Commander prints */
function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('a port is a whole number from 0 to 65535.');
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { picturePng, startOnTerminal, type TerminalSession, terminalPicture } from '@lithops-tools/terminal';
import { afterAll, describe, expect, it } from 'vitest';
import { CommandLine } from './cli-run.ts';
import { folder as scripts, writeScript } from './script.ts';

/** Where the pictures go; into the documents by `LITHOPS_PICTURES=$PWD/docs/images vitest run pictures`. */
const pictures = process.env['LITHOPS_PICTURES'] ?? mkdtempSync(join(tmpdir(), 'lithops-pictures-'));

const line = new CommandLine();
const { CI: _ci, NO_COLOR: _, ...env } = line.env;
afterAll(() => {
  for (const made of [line.home, scripts]) rmSync(made, { recursive: true, force: true });
  if (process.env['LITHOPS_PICTURES'] === undefined) rmSync(pictures, { recursive: true, force: true });
});

const PROGRAM = `
  await using fexec = new FunctionExecutor({ workerProcesses: 4 });
  const pages = fexec.map(async function fetchPage(page) {
    await new Promise((resolve) => setTimeout(resolve, 60 + (page % 7) * 20));
    if (page % 50 === 49) throw new TypeError('page ' + page + ' has no text');
    console.log('page ' + page + ' has ' + page * 31 + ' words');
    return page;
  }, Array.from({ length: 120 }, (_, page) => page));
  const models = fexec.map(async function trainModel(rate) {
    await new Promise((resolve) => setTimeout(resolve, 180));
    return rate;
  }, Array.from({ length: 80 }, (_, rate) => rate));
  pages[10].result().then(() => console.log('the first ten pages are there'));
  await Promise.all([fexec.wait(pages, { throwExcept: false }), models.result()]);
  console.log('all is done');
`;

function start(command: readonly string[]): TerminalSession {
  return startOnTerminal(command, { columns: 104, rows: 40, cwd: line.home, env });
}

async function take(name: string, title: string, session: TerminalSession): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  const svg = terminalPicture(await session.terminal(), title);
  writeFileSync(join(pictures, `${name}.svg`), svg);
  const png = picturePng(svg);
  expect(png.byteLength).toBeGreaterThan(5000);
  if (name === 'progress') writeFileSync(join(pictures, `${name}.png`), png); // for readers that show no SVG
}

describe('pictures for the documents', { timeout: 120_000 }, () => {
  it('of progress bars, and of commands', async () => {
    const session = start([process.execPath, writeScript('pages.mjs', PROGRAM)]);
    await session.until(
      (lines) =>
        lines.some((text) => /fetchPage .* [2-6]\d%/.test(text)) && lines.some((text) => /trainModel +━/.test(text)),
    );
    await take('progress', 'Progress bars of two jobs, below what the program prints', session);
    expect(await session.ended).toBe(0);
    for (const args of [['doctor'], ['job', 'list'], ['test']]) {
      const command = start([...line.command, ...args]);
      expect(await command.ended).toBe(0);
      await take(args.join('-'), `lithops ${args.join(' ')}`, command);
    }
    const list = start([...line.command, 'job', 'list', '--json']);
    await list.ended;
    const key =
      /"jobKey": "(\S+-M000)",\s+"executorId": "\S+",\s+"jobId": "M000",\s+"functionName": "fetchPage"/.exec(
        (await list.lines()).join('\n'),
      )?.[1] ?? '';
    for (const [name, args] of [
      ['job-show', ['job', 'show', key]],
      ['logs-get', ['logs', 'get', key, '--call', '40-48']],
    ] as const) {
      const command = start([...line.command, ...args]);
      expect(await command.ended).toBe(0);
      await take(name, `lithops ${args.join(' ')}`, command);
    }
  });
});

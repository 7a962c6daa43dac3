import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { finished } from './script.ts';

const main = new URL('../src/cli/main.ts', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'lithops-dashboard-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function dashboard(args: readonly string[], variables: NodeJS.ProcessEnv = {}): ChildProcess {
  const program = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`;
  return spawn(process.execPath, ['--input-type=module', '-e', program, 'lithops', 'dashboard', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HOME: folder,
      TMPDIR: folder,
      LITHOPS_CONFIG: '',
      LITHOPS_CONFIG_FILE: '',
      LITHOPS_JOURNAL: join(folder, 'journal'),
      ...variables,
    },
  });
}

it('serves jobs until Ctrl-C, opens a browser without telling the process list, and leaves nothing', async () => {
  const opener = join(folder, 'xdg-open');
  writeFileSync(opener, `#!/bin/sh\necho "$@" > '${folder}/opened'\ncp "$1" '${folder}/page'\n`, { mode: 0o700 });
  const child = dashboard(['--json', '--open'], { PATH: `${folder}${delimiter}${process.env['PATH']}` });
  const ended = finished(child);
  let told = '';
  child.stdout?.on('data', (text: string) => {
    told += text;
  });
  await expect.poll(() => told, { timeout: 20_000 }).toContain('\n');
  const { url, port }: { readonly url: string; readonly port: number } = JSON.parse(told);
  await expect
    .poll(() => existsSync(join(folder, 'page')) && readFileSync(join(folder, 'page'), 'utf8'))
    .toContain(url);
  const file = readFileSync(join(folder, 'opened'), 'utf8').trim();
  expect(file).not.toContain('token');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const shown = await fetch(url);
  expect([shown.status, await shown.text()]).toEqual([
    200,
    expect.stringContaining('<title>Lithops dashboard</title>'),
  ]);
  const cookie = shown.headers.get('set-cookie')?.split(';')[0] ?? '';
  const events = await fetch(`http://127.0.0.1:${port}/api/events`, { headers: { cookie } });
  expect(events.status).toBe(200);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect((await events.text()).slice(0, 60)).toMatch(/^event: overview\ndata: \{"first":true,"jobs":\[\],/);
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
  expect(readdirSync(folder).filter((name) => name.startsWith('lithops-dashboard-'))).toEqual([]);
});

it('says why when it cannot serve', async () => {
  const [off, port] = [dashboard([], { LITHOPS_JOURNAL: 'off' }), dashboard(['--port', '70000'])];
  const [none, usage] = await Promise.all([finished(off), finished(port)]);
  expect(none.code).toBe(1);
  expect(none.stderr).toMatch(/no journal of jobs is kept/);
  expect(usage.code).toBe(2);
  expect(usage.stderr).toMatch(/whole number from 0 to 65535/);
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const main = new URL('../src/cli/main.ts', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'lithops-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lithops(...args: string[]): {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const program = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program, 'lithops', ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, LITHOPS_CONFIG: '', LITHOPS_CONFIG_FILE: '', NO_COLOR: '1' },
    },
  );
  return { code: status, stdout, stderr };
}

describe('lithops', () => {
  it('hello runs tasks and says so', () => {
    const { code, stdout } = lithops('hello', '-m', '3');
    expect(code).toBe(0);
    expect(stdout.match(/Hello from task \d, in process \d+/g)).toHaveLength(3);
    expect(stdout).toMatch(/Lithops works: 3 tasks on localhost in \d+\.\d+ s\n$/);
    const json: { readonly backend: string; readonly results: readonly string[] } = JSON.parse(
      lithops('hello', '--json').stdout,
    );
    expect([json.backend, json.results.length]).toEqual(['localhost', 1]);
  });

  it('config shows what is used and where it comes from, without secrets', () => {
    const file = join(folder, 'lithops.yaml');
    writeFileSync(
      file,
      'lithops: { retries: 3 }\nlocalhost: { worker_processes: 2 }\naws_s3: { secret_access_key: hidden-key, region: eu-west-1 }\n',
    );
    expect(lithops('config', 'path').stdout).toBe('defaults\n');
    expect(lithops('config', 'path', '-c', 'lithops.yaml').stdout.trim()).toBe(file);
    const shown = lithops('config', 'show', '-c', 'lithops.yaml', '-s', 'aws_s3', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({
      backend: 'localhost',
      storage: 'aws_s3',
      retries: 3,
      localhost: { workerProcesses: 2 },
      aws_s3: { region: 'eu-west-1' },
    });
    expect(shown.stdout).not.toContain('hidden-key');
  });

  it('plugins lists what is installed and what would be to install', () => {
    const { stdout } = lithops('plugins', 'list');
    expect(stdout).toMatch(/^compute\s+localhost\s+installed$/m);
    expect(stdout).toMatch(/^compute\s+aws_lambda\s+not installed \(@lithops\/aws-lambda\)$/m);
  });

  it('has help and a version', () => {
    const { code, stdout } = lithops('--help');
    expect(code).toBe(0);
    for (const command of ['hello', 'config', 'plugins']) expect(stdout).toContain(command);
    expect(lithops('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['helo'], /unknown command 'helo'.*Did you mean .*hello/s],
    ['an unknown option', ['hello', '--mpa', '3'], /unknown option '--mpa'.*Did you mean --map/s],
    ['a count that is none', ['hello', '-m', 'many'], /whole number/],
  ])('tells wrong usage, exit code 2: %s', (_, args, message) => {
    const { code, stderr } = lithops(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it.each<[string, string[], RegExp]>([
    [
      'a backend that is not installed',
      ['hello', '-b', 'aws_lambda'],
      /PluginNotFoundError.*install.*@lithops\/aws-lambda/s,
    ],
    ['a backend that is misspelt', ['hello', '-b', 'localhots'], /did you mean 'localhost'/],
    ['a configuration that is not there', ['hello', '-c', 'nowhere.yaml'], /ConfigError.*nowhere\.yaml/s],
  ])('tells failures, exit code 1: %s', (_, args, message) => {
    const { code, stderr } = lithops(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('says plainly that Node is too old', () => {
    const bin = fileURLToPath(new URL('../bin/lithops.js', import.meta.url));
    const old = "Object.defineProperty(process.versions, 'node', { value: '20.11.0' });";
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(old)}`, bin, 'hello'],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining('lithops needs Node 22.12 or later')]);
  });
});

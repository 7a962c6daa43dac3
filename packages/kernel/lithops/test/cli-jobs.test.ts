import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../src/cli/main.ts';
import { CommandLine } from './cli-run.ts';
import { folder as scripts, writeScript } from './script.ts';

const line = new CommandLine();
afterAll(() => {
  for (const made of [line.home, scripts]) rmSync(made, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process: most of the time of a command of its own is that of its start. */
async function lithops(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const told = { stdout: '', stderr: '' };
  const keep = (stream: keyof typeof told) => (text: string | Uint8Array) => {
    told[stream] += String(text);
    return true;
  };
  for (const [name, value] of Object.entries({ ...line.env, ...env })) vi.stubEnv(name, value);
  vi.spyOn(process.stdout, 'write').mockImplementation(keep('stdout'));
  vi.spyOn(process.stderr, 'write').mockImplementation(keep('stderr'));
  try {
    await main(['node', 'lithops', ...args]);
    return { code: Number(process.exitCode ?? 0), ...told };
  } finally {
    process.exitCode = undefined;
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

/** A program whose jobs the commands tell of. @returns its executor's id */
async function runProgram(): Promise<string> {
  const program = writeScript(
    'pictures.mjs',
    `
    await using fexec = new FunctionExecutor({ workerProcesses: 2 });
    console.log(fexec.executorId);
    const list = fexec.map(async function resize(n) {
      process.stdout.write('picture ' + n + ': ');
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (n === 3) throw new TypeError('no picture');
      console.log('resized');
      console.error('slowly');
    }, [0, 1, 2, 3], { durable: true });
    await list.submitted;
    await fexec.wait(list, { throwExcept: false });
  `,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: line.home, env: line.env });
  return stdout.trim();
}

describe('commands that tell of jobs', { timeout: 60_000 }, () => {
  let executorId = '';
  let polled = '';
  beforeAll(async () => {
    const poll = line.start(['logs', 'poll', '--call', '0,2-3']);
    poll.stdout?.on('data', (text: Buffer) => {
      polled += String(text);
    });
    await once(poll.stderr as NonNullable<typeof poll.stderr>, 'data'); // it says that it listens
    executorId = await runProgram();
    await vi.waitFor(() => expect(polled.split('\n').length).toBeGreaterThan(5), 20_000);
    poll.kill('SIGINT');
    const [code] = (await once(poll, 'close')) as [number];
    expect(code).toBe(0);
  }, 60_000);

  it('logs poll prints whole lines of the calls that are wanted, while they run', () => {
    const lines = polled.split('\n').slice(0, -1).sort();
    expect(lines).toEqual([
      'M000 00000 │ picture 0: resized',
      'M000 00000 │ slowly',
      'M000 00002 │ picture 2: resized',
      'M000 00002 │ slowly',
      'M000 00003 │ picture 3: ',
    ]);
  });

  it('logs get prints what was printed, by job, call and time, and of durable jobs without a journal too', async () => {
    const key = `${executorId}-M000`;
    const all = await lithops(['logs', 'get']);
    const some = await lithops(['logs', 'get', key, '--call', '1']);
    const later = await lithops(['logs', 'get', key, '--since', '2999-01-01']);
    const json = await lithops(['logs', 'get', executorId, '--json']);
    const stored = await lithops(['logs', 'get', key, '--call', '1'], { LITHOPS_JOURNAL: join(line.home, 'nothing') });
    const nobody = await lithops(['logs', 'get', 'nobody-0-M000']);
    expect(all.stdout.split('\n').filter((text) => text.includes('picture'))).toHaveLength(4);
    expect(some).toMatchObject({ code: 0, stdout: 'M000 00001 │ picture 1: resized\nM000 00001 │ slowly\n' });
    expect(later).toMatchObject({ code: 0, stdout: '', stderr: 'nothing was printed\n' });
    const pieces: unknown[] = json.stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(pieces).toContainEqual({
      time: expect.stringMatching(/^\d{4}-/),
      executorId,
      jobId: 'M000',
      call: 2,
      stream: 'stderr',
      text: 'slowly\n',
    });
    expect(stored).toMatchObject({ code: 0, stdout: some.stdout });
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringMatching(/^StorageError: neither a journal nor/) });
  });

  it('job list and job show tell how jobs went', async () => {
    const list = await lithops(['job', 'list', '--json']);
    const table = await lithops(['job', 'list', '-n', '1']);
    const running = await lithops(['job', 'list', '--running']);
    const show = await lithops(['job', 'show', `${executorId}-M000`]);
    const all = await lithops(['job', 'show', executorId, '--json']);
    expect(JSON.parse(list.stdout)).toMatchObject([
      {
        jobKey: `${executorId}-M000`,
        functionName: 'resize',
        state: 'failed',
        calls: 4,
        failed: 1,
        backend: 'localhost',
      },
    ]);
    expect(table.stdout).toMatch(/^JOB +FUNCTION +STATE .*\n\S+-M000 {2}resize {4}failed {6}4 {7}1 .* localhost\n$/);
    expect(running).toMatchObject({ code: 0, stdout: '', stderr: 'no job runs\n' });
    expect(show.stdout).toMatch(/^ {2}calls {6}4 of 4 ended, 1 failed$/m);
    expect(show.stdout).toMatch(/^ {2}00003 TypeError: no picture\n {4}at .*resize.*pictures\.mjs:\d+:\d+/m);
    const [told]: { readonly callsTold: unknown[] }[] = JSON.parse(all.stdout);
    expect(told?.callsTold).toHaveLength(4);
  });

  it('doctor looks at everything, tells a remedy for what is wrong, and exits with 1 then', async () => {
    writeFileSync(join(line.home, 'wrong.yaml'), 'localhost: { worker_processes: many }\n');
    const right = await lithops(['doctor', '--json']);
    const wrong = await lithops(['doctor', '-c', join(line.home, 'wrong.yaml')]);
    const missing = await lithops(['doctor', '-s', 'aws_s3', '-b', 'aws_lambda', '--json']);
    expect(right.code).toBe(0);
    const checks: { readonly name: string; readonly state: string }[] = JSON.parse(right.stdout);
    expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'node ok',
      'config ok',
      'journal ok',
      'backend ok',
      'storage ok',
      'task ok',
    ]);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/^✘ backend {2}.*wrong\.yaml.*worker_?processes/im);
    expect(wrong.stdout).toMatch(/^ +→ correct the section of the backend/m);
    expect(wrong.stdout).toMatch(/^- task/m);
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.stdout)).toMatchObject([
      {},
      {},
      {},
      { name: 'backend', state: 'failed', remedy: expect.stringContaining('@lithops/aws-lambda') },
      { name: 'storage', state: 'failed', remedy: expect.stringContaining('@lithops/aws-s3') },
      { name: 'task', state: 'skipped' },
    ]);
  });

  it('test runs jobs whose results are known', async () => {
    const { code, stdout } = await lithops(['test']);
    expect(stdout).toMatch(/^all 7 passed$/m);
    expect(stdout.match(/^✔ /gm)).toHaveLength(7);
    expect(code).toBe(0);
  });

  it('is of use behind a pipe that is closed early, and in a shell that completes', async () => {
    const quoted = line.command.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ');
    const shell = `
      set -o pipefail
      lithops() { ${quoted} "$@"; }
      lithops config schema | head -n 1 || exit 9
      source <(lithops completion bash)
      # Of the package bash-completion, which shells that complete have.
      _get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur="\${words[cword]}"; prev="\${words[cword-1]}"; }
      COMP_WORDS=(lithops logs get --ca); COMP_CWORD=3; COMP_LINE='lithops logs get --ca'; COMP_POINT=21; __lithops_complete; echo "\${COMPREPLY[@]}"
    `;
    const { stdout } = await promisify(execFile)('bash', ['-c', shell], { cwd: line.home, env: line.env });
    expect(stdout.split('\n').map((text) => text.trim())).toEqual(['{', '--call', '']);
  });
});

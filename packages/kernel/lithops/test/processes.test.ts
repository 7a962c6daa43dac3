import { rmSync } from 'node:fs';
import { eventually } from '@lithops/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { finished, folder, isAlive, printed, startScript } from './script.ts';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENDLESS = `
const fexec = new FunctionExecutor({ workerProcesses: 2, onLog: ({ text }) => console.log('pid ' + text.trim()) });
const loops = fexec.map(() => { process.stdout.write(String(process.pid) + '\\n'); for (;;); }, [1, 2]);
`;

/** The processes in which two endless loops run. */
async function loopingPids(child: ReturnType<typeof startScript>): Promise<number[]> {
  const pids = new Set<number>();
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer | string) => {
      for (const [, pid] of String(chunk).matchAll(/pid (\d+)/g)) pids.add(Number(pid));
      if (pids.size === 2) resolve();
    });
  });
  return [...pids];
}

describe('a script', () => {
  it('that forgets to close ends by itself when its results are in', async () => {
    const child = startScript(
      'forgets.mjs',
      'const fexec = new FunctionExecutor(); console.log(await fexec.map((n) => n + 1, [1, 2]).result());',
    );
    expect(await finished(child)).toMatchObject({ code: 0, stdout: '[ 2, 3 ]\n', stderr: '' });
  });

  it('that does not wait for its results gets them before it ends', async () => {
    const child = startScript(
      'not-waiting.mjs',
      "const fexec = new FunctionExecutor(); fexec.callAsync((n) => n + 1, 1).result().then((n) => console.log('result', n));",
    );
    expect((await finished(child)).stdout).toBe('result 2\n');
  });

  it('that only makes an executor starts nothing', async () => {
    const child = startScript('idle.mjs', "const fexec = new FunctionExecutor(); console.log('made');");
    expect(await finished(child)).toMatchObject({ code: 0, stdout: 'made\n' });
  });

  it('interrupted by Ctrl-C ends at once, and so do its workers', async () => {
    const child = startScript('interrupted.mjs', ENDLESS);
    const ended = finished(child);
    const pids = await loopingPids(child);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    // What a shell shows as exit code 130.
    expect(await ended).toMatchObject({ signal: 'SIGINT' });
    await eventually(() => expect(pids.filter(isAlive)).toEqual([]));
  });

  it('that handles Ctrl-C keeps its workers until it says otherwise', async () => {
    const child = startScript(
      'handles.mjs',
      `const fexec = new FunctionExecutor({ workerProcesses: 1 });
       process.on('SIGINT', () => console.log('asked to stop'));
       const slow = fexec.callAsync(async () => { await new Promise((resolve) => setTimeout(resolve, 1500)); return 'finished'; });
       while (slow.state !== 'running') await new Promise((resolve) => setTimeout(resolve, 5));
       console.log('running');
       console.log(await slow.result());
       process.exit(0);`,
    );
    const ended = finished(child);
    await printed(child, 'running');
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await ended).toMatchObject({ code: 0, stdout: 'running\nasked to stop\nfinished\n' });
  });

  it('killed with -9 leaves no worker running, even in an endless loop', async () => {
    const child = startScript('killed.mjs', ENDLESS);
    const pids = await loopingPids(child);
    child.kill('SIGKILL');
    await eventually(() => expect(pids.filter(isAlive)).toEqual([]));
  });

  it('that closes leaves no worker, no reaper and no file', async () => {
    const child = startScript(
      'closes.mjs',
      `import { readdirSync } from 'node:fs';
       import { tmpdir } from 'node:os';
       const before = readdirSync(tmpdir()).filter((name) => name.startsWith('lithops-worker-'));
       const fexec = new FunctionExecutor({ workerProcesses: 2 });
       console.log('pids ' + (await fexec.map(() => process.pid, [1, 2, 3, 4]).result()).join(' '));
       await fexec.close();
       // Handles are let go in the turn after they are closed.
       for (let i = 0; i < 3; i++) await new Promise(setImmediate);
       console.log('resources ' + process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'SimpleShutdownWrap').join(' '));
       console.log('files ' + readdirSync(tmpdir()).filter((name) => name.startsWith('lithops-worker-') && !before.includes(name)).length);`,
    );
    const { code, stdout } = await finished(child);
    const pids = [...(/pids (.*)/.exec(stdout)?.[1] ?? '').split(' ')].map(Number);
    expect(code).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(stdout).toMatch(/resources \n/);
    expect(stdout).toMatch(/files 0\n/);
  });

  it('does not mix what tasks print into its own output', async () => {
    const child = startScript(
      'quiet.mjs',
      "await using fexec = new FunctionExecutor(); const f = fexec.callAsync(() => { console.log('in the task'); console.error('and here'); }); await f.result(); console.log(JSON.stringify(f.logs));",
    );
    expect(await finished(child)).toMatchObject({ stdout: '"in the task\\nand here\\n"\n', stderr: '' });
  });

  it('is told of a refusal without a hang, and exits with its error', async () => {
    const child = startScript(
      'refused.mjs',
      "import net from 'node:net'; const socket = new net.Socket(); const fexec = new FunctionExecutor(); await fexec.callAsync(() => socket.address(), 0).result();",
    );
    const { code, stderr } = await finished(child);
    expect(code).toBe(1);
    expect(stderr).toMatch(/SerializationError.*socket.*Socket cannot be copied/s);
  });

  it('maps a million items', async () => {
    const child = startScript(
      'million.mjs',
      `await using fexec = new FunctionExecutor();
       const results = await fexec.map((n) => n + 1, Array.from({ length: 1_000_000 }, (_, i) => i)).result();
       console.log(results.length, results.every((n, i) => n === i + 1));`,
    );
    expect(await finished(child)).toMatchObject({ code: 0, stdout: '1000000 true\n' });
  }, 120_000);
});

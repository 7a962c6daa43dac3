import { rmSync } from 'node:fs';
import { startOnTerminal, type TerminalSession, terminalPicture } from '@lithops-tools/terminal';
import { afterAll, describe, it } from 'vitest';
import { finished, folder, startScript, writeScript } from './script.ts';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function onTerminal(name: string, program: string, columns = 120): TerminalSession {
  // CI is a terminal without colours.
  const { CI: _ci, NO_COLOR: _, FORCE_COLOR: _force, LITHOPS_LOG_LEVEL: _level, ...env } = process.env;
  return startOnTerminal([process.execPath, writeScript(name, program)], {
    columns,
    rows: 30,
    cwd: folder,
    env: { ...env, HOME: folder },
  });
}

describe('progress on a terminal', { timeout: 60_000 }, () => {
  it.concurrent('is a bar for each job below the whole of what the program prints, and a line when the job is over', async ({
    expect,
  }) => {
    const session = onTerminal(
      'bars.mjs',
      `
      await using fexec = new FunctionExecutor({ workerProcesses: 4 });
      const say = (text) => console.log(text);
      process.stdout.write('half a line');
      const estimates = fexec.map(async function estimatePi(seed) {
        await new Promise((resolve) => setTimeout(resolve, 25 + (seed % 5) * 10));
        if (seed === 23) throw new RangeError('a bad seed');
        return seed;
      }, Array.from({ length: 240 }, (_, seed) => seed));
      const pages = fexec.mapReduce(async function fetchPages(page) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return page;
      }, Array.from({ length: 60 }, (_, page) => page), function together(all) { return all.length; });
      const done = Promise.all([fexec.wait(estimates, { throwExcept: false }), pages.result()]);
      let number = 0;
      const timer = setInterval(() => say('line ' + number++ + ' of the program ' + '.'.repeat(20)), 250);
      setTimeout(() => { process.stderr.write('a question? '); setTimeout(() => say('the answer'), 300); }, 1500);
      await done;
      clearInterval(timer);
      say('all is done');
    `,
    );
    let picture = '';
    const seen = await session.until((lines, terminal) => {
      const both = lines.some((line) => /fetchPages +━/.test(line)) && lines.some((line) => /1 failed/.test(line));
      if (both) picture = terminalPicture(terminal, 'Progress bars of two jobs'); // a moment later one may be gone
      return both;
    });
    const bars = seen.filter((line) => /[━─]{10}/.test(line));
    expect(bars).toHaveLength(2);
    expect(seen.slice(-2)).toEqual(bars); // below all else
    expect(bars.find((line) => line.startsWith('estimatePi'))).toMatch(
      /^estimatePi {2}━*─* {2,4}\d+% {2} *\d+ of 240 · 1 failed · \d running on \d workers?.* · .*left$/,
    );
    expect(picture).toContain('>estimatePi</text>');
    expect(await session.ended).toBe(0);
    const lines = await session.lines();
    expect(lines.some((line) => /[━─]{10}/.test(line))).toBe(false);
    expect(lines[0]?.trimEnd()).toMatch(/^half a line/); // as it was
    const numbers = lines.join('\n').matchAll(/line (\d+) of the program \.{20}$/gm);
    const told = Array.from(numbers, ([, number]) => Number(number));
    expect(told.length).toBeGreaterThan(5);
    expect(told).toEqual(told.map((_, at) => at));
    expect(lines.some((line) => line.startsWith('a question? '))).toBe(true);
    const ends = lines.filter((line) => line.startsWith('✔') || line.startsWith('✘')).sort();
    // Whoever waits for a result sees the jobs that it is made of.
    expect(ends.filter((line) => !line.includes('together'))).toEqual([
      expect.stringMatching(/^✔ fetchPages {2}60 calls in .* s · .*\/s$/),
      expect.stringMatching(/^✘ estimatePi {2}240 calls in .* s · .*\/s · 1 failed$/),
    ]);
    expect(lines.at(-1)).toBe('all is done');
  });

  it.concurrent('is nothing for jobs that are soon over, and where it is not wanted', async ({ expect }) => {
    const session = onTerminal(
      'quiet.mjs',
      `
      const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const options = { workerProcesses: 1 };
      await using fexec = new FunctionExecutor(options);
      await fexec.callAsync(sleep, 1).result({ showProgressBar: false });
      await fexec.map((n) => n, [1, 2, 3]).result();
      await fexec.callAsync(sleep, 1200).result({ showProgressBar: false });
      await using silent = new FunctionExecutor({ ...options, logLevel: 'error' });
      await silent.getResult(silent.callAsync(sleep, 1200));
      console.log('so far nothing');
      const patient = fexec.callAsync(function patient() {
        return new Promise((resolve) => setTimeout(resolve, 600_000));
      }, 0);
      await fexec.wait(patient, { timeout: 1.6 }).catch((error) => console.log(error.name));
      console.log('the end');
    `,
    );
    expect(await session.ended).toBe(0);
    const [before = '', after = ''] = session.output.split('so far nothing');
    expect(before.trim()).toBe('');
    expect(after).toMatch(/patient.*0 of 1/);
    expect(await session.lines()).toEqual(['so far nothing', 'TimeoutError', 'the end']);
  });
});

describe('progress elsewhere', { timeout: 60_000 }, () => {
  it.concurrent('is a line now and then, on stderr', async ({ expect }) => {
    const script = startScript(
      'lines.mjs',
      `
      await using fexec = new FunctionExecutor({ workerProcesses: 2 });
      const list = fexec.map(function slow(n) { return new Promise((resolve) => setTimeout(resolve, 700)); }, Array(16).fill(0));
      await list.result();
      console.log('done');
    `,
    );
    const { stdout, stderr } = await finished(script);
    expect(stdout).toBe('done\n');
    expect(stderr).toMatch(
      /^slow: +\d+ of 16 calls done, 2 running on 2 workers, .*, about \d+ s left\n✔ slow {2}16 calls in .*\n$/,
    );
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallRecord, FunctionExecutor, PluginNotFoundError } from '@lithops/core';
import { type DrawnPlot, drawPlots } from '@lithops/plots';
import { afterAll, describe, expect, it } from 'vitest';
import { importOptional } from '../../../kernel/core/src/registry/import-optional.ts';
import { docRuns } from './doc-runs.ts';
import { sampleRun } from './sample-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-plots-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FAILED = '#d3232f';

async function timelineOf(calls: readonly CallRecord[]): Promise<string> {
  return (await drawPlots(calls))[0]?.svg ?? '';
}

/** Width and height, as the header of a PNG has them. */
function pngSize(png: Uint8Array): [number, number] {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'));
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

function textsOf(svg: string): string[] {
  return Array.from(svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g), ([, text = '']) => text);
}

/** The documentation shows what is drawn now. */
function expectInDocs(name: string, plots: readonly DrawnPlot[]): void {
  for (const plot of plots) {
    const committed = readFileSync(new URL(`../../../../docs/images/${name}-${plot.name}.png`, import.meta.url));
    expect(pngSize(committed), 'to be drawn anew by test/draw-doc-images.ts').toEqual(pngSize(plot.png));
  }
}

describe('drawPlots', () => {
  it('names jobs, calls, axes and units, and shows what failed and what was tried again', async () => {
    const run = sampleRun([
      { name: 'resize', calls: 10, workers: 4, typicalMs: 800, retried: 200, failing: 100 },
      { name: 'merge', calls: 2, workers: 1, typicalMs: 600, at: 2000 },
    ]);
    const failed = run.filter(({ state }) => state === 'error').length;
    const retried = run.filter(({ earlier }) => earlier !== undefined).length;
    expect(failed * retried).toBeGreaterThan(0);
    const [timeline, histogram] = await drawPlots(run);
    const texts = textsOf(timeline?.svg ?? '');
    expect(texts).toEqual(
      expect.arrayContaining([
        'M000 resize (10)',
        'M001 merge (2)',
        'waiting',
        'failed',
        'failed attempt, tried again',
        'M000 / 00009',
        'M001 / 00001',
        'Time since the first submission (seconds)',
        `${retried} retried · ${failed} failed`,
      ]),
    );
    // The legend's, and each failed call as a bar and as a sign, each failed attempt as a sign.
    expect(timeline?.svg.split(FAILED)).toHaveLength(1 + 1 + 2 * failed + retried);
    expect(textsOf(histogram?.svg ?? '')).toEqual(
      expect.arrayContaining(['Running calls', 'Time in the function (seconds)', 'Calls', 'peak 4']),
    );
    const [width, height] = pngSize(timeline?.png ?? new Uint8Array());
    expect(timeline?.svg).toContain(`width="${width / 2}" height="${height / 2}"`);
  });

  it('draws the same each time, with nothing from the network', async () => {
    const run = docRuns.fewCalls();
    const plots = await drawPlots(run);
    expect(await drawPlots(run)).toEqual(plots);
    for (const { svg } of plots) expect(svg).not.toMatch(/href|url\((?!#)|@import/);
    expectInDocs('few-calls', plots);
  });

  it('draws a hundred thousand calls in files that do not grow with them', async () => {
    const plots = await drawPlots(docRuns.manyCalls());
    for (const { svg, png } of plots) expect(svg.length + png.length).toBeLessThan(700_000);
    // What is rare is seen all the same.
    expect(plots[0]?.svg.split(FAILED).length).toBeGreaterThan(10);
    expect(textsOf(plots[0]?.svg ?? '')).toContain('100,000');
    expectInDocs('many-calls', plots);
  }, 90_000);

  it('bounds the worst: calls of a thousand jobs that all fail, at any time', async () => {
    const [job] = sampleRun([{ name: 'work', calls: 1, workers: 1, typicalMs: 10 }]) as [CallRecord];
    const run = Array.from({ length: 20_000 }, (_, i): CallRecord => {
      const at = job.hostSubmittedAt + ((i * 7919) % 20_000) * 50;
      const jobId = `M${String(i % 1000).padStart(3, '0')}`;
      const times = { hostInvokedAt: at, workerStartedAt: at + 1, workerEndedAt: at + 3000, hostDoneAt: at + 3001 };
      return { ...job, ...times, jobId, callId: String(Math.floor(i / 1000)).padStart(5, '0'), state: 'error' };
    });
    const plots = await drawPlots(run);
    for (const { svg, png } of plots) expect(svg.length + png.length).toBeLessThan(4_000_000);
    expect(textsOf(plots[0]?.svg ?? '')).toContain('993 other jobs (19,860)');
  }, 90_000);

  it('takes calls that never ran, still run, or were cached, and names that are no names', async () => {
    const [work] = sampleRun([{ name: '</text><script>alert("x")</script>', calls: 1, workers: 1, typicalMs: 10 }]);
    const { executorId, jobId, functionName, hostSubmittedAt } = work as CallRecord;
    const base = { executorId, jobId, functionName, hostSubmittedAt, attempts: 0 };
    const svg = await timelineOf([
      { ...base, callId: '00000', state: 'new' },
      { ...base, callId: '00001', state: 'running', hostInvokedAt: hostSubmittedAt + 5 },
      { ...base, callId: '00002', state: 'success', cached: true, hostDoneAt: hostSubmittedAt + 2 },
      { ...base, callId: '00003', state: 'cancelled', hostDoneAt: hostSubmittedAt + 900 },
    ]);
    expect(svg).not.toContain('<script');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(textsOf(svg)).toContain('1 cancelled · 2 not done');
  });
});

it('writes the plots of an executor whose results were fetched', async () => {
  await using fexec = new FunctionExecutor({ config: {}, maxWorkers: 2 });
  await fexec.map((i: number) => i * 2, [1, 2, 3]).result();
  const dst = join(folder, 'deep', 'run');
  const files = await fexec.plot(undefined, { dst });
  expect(files).toEqual(
    ['timeline.svg', 'timeline.png', 'histogram.svg', 'histogram.png'].map((name) => `${dst}_${name}`),
  );
  expect(readFileSync(files[0] ?? '', 'utf8')).toContain('3 calls in');
  pngSize(readFileSync(files[1] ?? ''));
  await expect(fexec.plot([])).rejects.toThrow(/no calls to plot/);
});

it('says how to install what is missing', async () => {
  const missing = importOptional('@lithops/not-there', [folder], 'plot()');
  await expect(missing).rejects.toThrow(PluginNotFoundError);
  await expect(missing).rejects.toMatchObject({
    message: expect.stringContaining('plot() needs package @lithops/not-there'),
    hint: expect.stringContaining(' @lithops/not-there'),
  });
});

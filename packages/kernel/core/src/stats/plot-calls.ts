import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { importOptional } from '../registry/import-optional.ts';
import type { CallRecord } from './call-record.ts';

export interface PlotOptions {
  /** What the files' names begin with, a path with folders that are made if need be. Default: `plots/` and the time, like `plots/20261129-194501`. */
  readonly dst?: string;
}

/** What `@lithops/plots` exports. */
interface PlotsPackage {
  drawPlots(
    calls: readonly CallRecord[],
  ): Promise<readonly { readonly name: string; readonly svg: string; readonly png: Uint8Array }[]>;
}

/** Draws calls, and writes `<dst>_<plot>.svg` and `.png` for each plot. @returns the files */
export async function plotCalls(
  calls: readonly CallRecord[],
  { dst = `plots/${timestamp(new Date())}` }: PlotOptions,
  from: readonly string[],
): Promise<string[]> {
  if (calls.length === 0) throw new TypeError('there are no calls to plot; submit some first');
  const { drawPlots } = (await importOptional('@lithops/plots', from, 'plot()')) as unknown as PlotsPackage; // what it exports
  const plots = await drawPlots(calls);
  const path = resolve(dst);
  await mkdir(dirname(path), { recursive: true });
  const files = plots.flatMap(({ name, svg, png }) => [
    { file: `${path}_${name}.svg`, content: svg },
    { file: `${path}_${name}.png`, content: png },
  ]);
  await Promise.all(files.map(({ file, content }) => writeFile(file, content)));
  return files.map(({ file }) => file);
}

/** Local time: `20261129-194501` */
function timestamp(now: Date): string {
  const parts = [
    now.getFullYear(),
    now.getMonth() + 1,
    now.getDate(),
    now.getHours(),
    now.getMinutes(),
    now.getSeconds(),
  ];
  const [year, month, day, ...time] = parts.map((part) => String(part).padStart(2, '0'));
  return `${year}${month}${day}-${time.join('')}`;
}

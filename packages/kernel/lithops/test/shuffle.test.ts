import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { finished, folder, startScript } from './script.ts';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MB = 1024 * 1024;

function program(parts: number, bytes: number): string {
  return `
import { Storage } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
const config = { localhost: { storageRoot: ${JSON.stringify(join(folder, 'storage'))}, workerProcesses: 2 } };
let id;
{
  await using fexec = new FunctionExecutor({ config });
  id = fexec.executorId;
  const make = (n) => new Uint8Array(${bytes}).fill(n % 251);
  const sum = (parts) => parts.reduce((total, part, n) => total + (part[0] === n % 251 && part.at(-1) === n % 251 ? part.length : 0), 0);
  const items = Array.from({ length: ${parts} }, (_, n) => n);
  console.log('bytes ' + (await fexec.mapReduce(make, items, sum).result({ showProgressBar: false })));
}
console.log('left ' + (await new Storage({ config }).listKeys('storage', 'lithops.jobs/' + id)).length);
console.log('peak ' + process.resourceUsage().maxRSS * 1024);
`;
}

describe('a mapReduce with more intermediate data than its client has memory', () => {
  it.each([
    { parts: 60, bytes: 10 * MB, what: '600 MB in large results' },
    { parts: 3000, bytes: 100_000, what: '300 MB in many results' },
  ])('works: $what', { timeout: 240_000 }, async ({ parts, bytes }) => {
    const script = startScript(`shuffle-${parts}.mjs`, program(parts, bytes), ['--max-old-space-size=256']);
    const { stdout, stderr, code } = await finished(script);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const told = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    );
    expect(Number(told['bytes'])).toBe(parts * bytes);
    expect(Number(told['left'])).toBe(0);
    expect(Number(told['peak'])).toBeLessThan(400 * MB);
  });
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { sourceFrames } from '../src/history/source-frames.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-frames-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const program = join(folder, 'program');
for (const name of ['lib', 'node_modules/left', '.hidden']) mkdirSync(join(program, name), { recursive: true });
const files = [
  'run.ts',
  'lib/load.mjs',
  'node_modules/left/index.js',
  '.hidden/keys.js',
  '.keys.js',
  'secrets.env',
  '../outside.js',
];
for (const name of files)
  writeFileSync(join(program, name), Array.from({ length: 20 }, (_, i) => `line ${i + 1}`).join('\n'));
symlinkSync(join(folder, 'outside.js'), join(program, 'link.js'));
symlinkSync(join(program, 'lib'), join(folder, 'elsewhere'));
const script = join(program, 'run.ts');

function frames(...places: string[]) {
  const stack = ['TypeError: no', ...places.map((place) => `    at work (${place}:10:3)`)].join('\n');
  return sourceFrames(stack, script, Date.now() + 1000);
}

it('finds the lines of a program, however a stack names its files', async () => {
  const shown = await frames(
    script,
    pathToFileURL(join(program, 'lib/load.mjs')).href,
    join(folder, 'elsewhere/load.mjs'),
  );
  expect(shown.map(({ file }) => file)).toEqual(['run.ts', 'lib/load.mjs', 'lib/load.mjs']);
  expect(shown[0]).toMatchObject({ functionName: 'work', line: 10, column: 3, firstLine: 6, changed: false });
  expect(shown[0]?.lines).toEqual(Array.from({ length: 9 }, (_, i) => `line ${i + 6}`));
  const [bare] = await sourceFrames(`Error\n    at async ${script}:1:1`, script, 0);
  expect(bare).toMatchObject({ file: 'run.ts', firstLine: 1, changed: true });
  expect(bare).not.toHaveProperty('functionName');
});

it('reads nothing else, whatever a stack says', async () => {
  const others = [
    'link.js',
    '../outside.js',
    'node_modules/left/index.js',
    '.hidden/keys.js',
    '.keys.js',
    'secrets.env',
    'gone.js',
    '.',
  ];
  expect(await frames(...others.map((name) => join(program, name)))).toEqual([]);
  expect(
    await frames('/etc/passwd', 'file:///etc/passwd', 'file://host/etc/passwd', 'file:%', 'node:fs', 'run.ts'),
  ).toEqual([]);
  expect(await sourceFrames(`Error\n    at ${script}:21:1\n    at ${script}:0:1`, script, 0)).toEqual([]);
  for (const other of [undefined, 'run.ts', '/run.ts'])
    expect(await sourceFrames(`Error\n    at ${script}:1:1`, other, 0)).toEqual([]);
});

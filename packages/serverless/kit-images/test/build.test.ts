import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildNodeImage } from '@lithops-tools/services';
import { afterAll, describe, expect, it } from 'vitest';
import { buildRuntimeImage, Engine } from '../src/engine/index.ts';
import { startTestRegistry } from './registry.ts';

const test = await startTestRegistry();
const folder = mkdtempSync(join(tmpdir(), 'lithops-build-'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await test[Symbol.asyncDispose]();
});
const node = await buildNodeImage(test.engine);
const engine = new Engine({ host: test.engine.host, source: 'the test' });
const { login } = test;
const repository = `${test.registry.server}/team/built`;

describe('a Dockerfile', { timeout: 120_000 }, () => {
  it('is built and pushed with the worker on top, once for equal inputs', async () => {
    writeFileSync(
      join(folder, 'Dockerfile'),
      `FROM ${node}\nENV GREETING="a $ and \\" here"\nCOPY . /data/\nENTRYPOINT ["/nothing"]\n`,
    );
    writeFileSync(join(folder, 'data.txt'), 'some');
    const request = { from: { file: join(folder, 'Dockerfile') }, repository, login };
    const first = await buildRuntimeImage(engine, request);
    console.log(first);
    expect(first.pushed).toBe(true);
    expect(await buildRuntimeImage(engine, request)).toEqual({ ...first, pushed: false });
    expect(
      await test.cli(
        'run',
        '--rm',
        '--entrypoint',
        'node',
        first.name,
        '-p',
        'process.getuid() + process.env.GREETING',
      ),
    ).toBe('65534a $ and " here');
    writeFileSync(join(folder, 'data.txt'), 'other');
    expect((await buildRuntimeImage(engine, request)).name).not.toBe(first.name);
  });
});

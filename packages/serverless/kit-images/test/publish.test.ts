import { buildNodeImage } from '@lithops-tools/services';
import { afterAll, describe, expect, it } from 'vitest';
import { publishRuntimeImage } from '../src/index.ts';
import { startTestRegistry } from './registry.ts';

const test = await startTestRegistry();
afterAll(() => test[Symbol.asyncDispose]());
const base = await test.put(await buildNodeImage(test.engine), 'team/node:1');
const { login } = test;

describe('an image with the worker, without an engine', { timeout: 120_000 }, () => {
  it('is pulled and run by an engine', async () => {
    const lines: string[] = [];
    const image = await publishRuntimeImage({
      image: base,
      repository: `${test.registry.server}/other/runtimes`,
      login,
      onOutput: (text) => lines.push(text),
    });
    console.log(image, lines);
    await test.cli('pull', image.reference);
    const version = await test.cli(
      'run',
      '--rm',
      '--network=none',
      '--entrypoint',
      'node',
      image.reference,
      '--version',
    );
    expect(version).toBe(process.version);
  });
});

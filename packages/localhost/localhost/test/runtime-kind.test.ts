import { expect, it } from 'vitest';
import localhost from '../src/index.ts';

it('leaves images to the Docker environment, unless a file of that name is meant', () => {
  const delegate = (runtime: unknown) => localhost.delegate?.({ runtime });
  for (const image of ['my/image:tag', 'node', 'f'.repeat(64)]) expect(delegate(image)).toBe('docker');
  for (const path of [process.execPath, './node', '~/node', 'package.json', undefined, 'Not An Image'])
    expect(delegate(path)).toBeUndefined();
});

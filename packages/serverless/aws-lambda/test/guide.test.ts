import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { lambdaConfig } from '../src/config.ts';

it('is described key by key in its guide, and no other key is', () => {
  const guide = readFileSync(new URL('../../../../docs/backends/aws-lambda.md', import.meta.url), 'utf8');
  const [, table = ''] = /## Keys\n(.*?)\n## /s.exec(guide) ?? [];
  const described = [...table.matchAll(/^\| (.+?) +\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z_]+)`/g)].map(([, key = '']) => key),
  );
  const keys = Object.keys(lambdaConfig.shape).map((key) =>
    key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
  expect(described.sort()).toEqual(keys.sort());
});

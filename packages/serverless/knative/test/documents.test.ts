import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { knativeConfig } from '../src/config.ts';
import { DEFAULTS } from '../src/settings.ts';

const guide = readFileSync(new URL('../../../../docs/backends/knative.md', import.meta.url), 'utf8');
const [, keys = ''] = /^## Keys$(.*?)^## /ms.exec(guide) ?? [];
const rows = [...keys.matchAll(/^\| (`.*?) +\| (.*?) +\| (.*?) +\|$/gm)].map(([, names = '', , standard = '']) => ({
  names: [...names.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name),
  standard,
}));

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

describe('the guide', () => {
  it('tells every key of the section, once, and no other', () => {
    const told = rows.flatMap(({ names }) => names);
    expect(told.toSorted()).toEqual(Object.keys(knativeConfig.def.shape).map(snake).toSorted());
  });

  it('tells the defaults that there are', () => {
    for (const [key, value] of Object.entries(DEFAULTS)) {
      const row = rows.find(({ names }) => names.includes(snake(key)));
      expect([key, row?.standard.replaceAll('`', '')]).toEqual([key, String(value)]);
    }
  });
});

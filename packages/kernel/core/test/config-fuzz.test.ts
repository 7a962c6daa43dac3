import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { LithopsConfig } from '../src/config/lithops-config.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { ConfigError } from '../src/errors/config-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-config-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Loads, or refuses with an error that says what to mend. */
function loadsOrRefuses(load: () => unknown): void {
  try {
    load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toBe('');
  }
}

const KEYS = [
  'lithops',
  'localhost',
  'aws_s3',
  'backend',
  'storage',
  'mode',
  'retries',
  'worker_processes',
  '__proto__',
  'constructor',
];
const key = fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 8 }));
const anything = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.anything({ maxDepth: 1 }), fc.constantFrom(...KEYS), tie('object')),
  object: fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
})).object;

it('whatever the option is, a configuration is loaded or refused', () => {
  fc.assert(
    fc.property(fc.oneof(anything, fc.anything()), (config) => {
      loadsOrRefuses(() => loadConfig({ config: config as LithopsConfig }));
    }),
    { numRuns: 2000 },
  );
  expect('backend' in {}).toBe(false);
});

it.each(['yaml', 'json'])('whatever is in a %s file, it is loaded or refused', (type) => {
  const file = join(folder, `lithops.${type}`);
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    anything.map((value) => {
      try {
        return JSON.stringify(value) ?? '';
      } catch {
        return '{';
      }
    }),
    fc
      .array(
        fc.constantFrom(
          'lithops:',
          '  backend: localhost',
          '\t',
          '- a',
          '*x',
          '&x',
          '!!js/function x',
          '? ',
          '{',
          ']',
          ': ',
          '%',
          '---',
          '<<: *x',
        ),
        { maxLength: 12 },
      )
      .map((lines) => lines.join('\n')),
  );
  fc.assert(
    fc.property(text, (content) => {
      writeFileSync(file, content);
      loadsOrRefuses(() => loadConfig({ configFile: file }));
    }),
    { numRuns: 1000 },
  );
});

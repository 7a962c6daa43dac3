import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketToFolder, decodeName, keyToPath } from './key-path.ts';

const awkward = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    '/',
    '.',
    ' ',
    '%',
    '%2E',
    '%+',
    '%_',
    '\\',
    ':',
    '\n',
    'é',
    '😀',
    '\uffff',
    '~',
    'x'.repeat(119),
  ),
  minLength: 1,
  maxLength: 9,
});
const key = fc.oneof(awkward, fc.string({ unit: 'binary', minLength: 1, maxLength: 300 })).filter(isKey);

function isKey(text: string): boolean {
  return text !== '' && !text.includes('\0') && text.isWellFormed() && Buffer.byteLength(text) <= 1024;
}

/** Reads a path back, one name after the other, as a listing does. */
function pathToKey(path: string): string {
  return path.split('/').reduce((above, name, i, names) => {
    const decoded = decodeName(name);
    expect(decoded, name).toBeDefined();
    expect(decoded?.kind === 'object').toBe(i === names.length - 1);
    return above + decoded?.text;
  }, '');
}

describe('keyToPath', () => {
  it('is read back to the same key', () => {
    fc.assert(
      fc.property(key, (text) => {
        expect(pathToKey(keyToPath(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('makes names that any file system takes and that lead nowhere', () => {
    fc.assert(
      fc.property(key, (text) => {
        for (const name of keyToPath(text).split('/')) {
          expect(name).not.toMatch(/^\.{0,2}$|[\\:*?"<>|]|[. ]$/);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(143);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('gives no key the place of another, nor a folder that is another key', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        fc.pre(a !== b);
        expect(keyToPath(a)).not.toBe(keyToPath(b));
        expect(keyToPath(b).startsWith(`${keyToPath(a)}/`)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves ordinary names as they are', () => {
    expect(keyToPath('data/2026/report.csv')).toBe('data%/2026%/report.csv');
  });

  it.each([
    ['', /not empty/],
    ['a\0b', /NUL/],
    ['a\ud800b', /surrogate/],
    ['ü'.repeat(513), /1026 bytes/],
  ])('refuses %j', (text, why) => {
    expect(() => keyToPath(text)).toThrow(why);
  });
});

describe('decodeName', () => {
  it.each(['%2e', '%41', '%25%2', 'a.', 'a%+', `${'x'.repeat(119)}%+`, 'x'.repeat(120), '%+'])(
    'knows that %s is no name of ours',
    (name) => {
      expect(decodeName(name)).toBeUndefined();
    },
  );
});

describe('bucketToFolder', () => {
  it.each(['', '.', '..', '.uploads', 'a/b', 'a\\b', 'a\0', '-a', 'a'.repeat(129), 'a.'])('refuses %j', (bucket) => {
    expect(() => bucketToFolder(bucket)).toThrow(/no bucket name/);
  });
});

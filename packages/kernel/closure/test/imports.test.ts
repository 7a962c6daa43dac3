import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';
import { importsOfFile } from '../src/link/imports-of-file.ts';
import { leadingImports } from '../src/link/leading-imports.ts';

const PLAIN = {
  'every kind of clause': `#!/usr/bin/env node
    // a comment
    'use strict';
    import 'side-effect';
    import one from 'a'; import { two, three as drei, default as vier, } from "b"
    import * as all from 'c';
    import five, { /* a comment */ six } from 'd'; import seven, * as eight from 'e' /* and another */;
    import data from './data.json' with { type: 'json' };
    import { $, _x, ünï } from 'f'
    export { nine } from 'g';
    export const url = import.meta.url;`,
  'names of TypeScript': `import type, { a } from 'a'; import { type as kind } from 'b'; import from from 'c';`,
  'no import at all': `export const add = (a, b) => a + b;`,
  'text that speaks of it': `import a from 'a';
    // We import it, as an import of the user's own; what is required.
    /** To import
     */
    export const text = "import";`,
  'import() in functions': `import a from 'a'; export const load = async () => { await import('b'); return import('c'); };
    export const other = (name) => require(name);`,
};

const TYPES = {
  'types among imports': `import type { A } from 'a'; import type B from 'b'; import type * as C from 'c'; import type from from 'd';
    import { type D, e, type F as G, type type } from 'e';
    export const fn = (a: A & B, c: typeof C, d: D | G): typeof e | typeof from | type => e;`,
};

/** What only the parser tells: which of the names that may be imported further down really are, and are at the top level. */
const UNCLEAR = {
  'an import further down': [`const a = 1; import b, { c as d } from 'b';`, ['b', 'd']],
  'import() in functions': [
    `const fn = async () => { const { b, c: d } = await import('b'); return d + b; };`,
    ['b', 'c', 'd'],
  ],
  'import() at the top': [`const a = 1, b = await import('b');`, ['b']],
  'import() in parentheses': [`const b = (await import('b')).default, a = 1;`, ['b']],
  'require at the top': [`const { b, c: d } = require('b');`, ['b', 'c', 'd']],
  'require that is transpiled': [`var b = __toESM(require('b'));`, ['b']],
  'require that is exported': [`exports.b = require('b'); module.exports = require('c'); this.d = require('d');`, []],
  "a test runner's imports": [`const __vi_import_0__ = await __vi_import__('b');`, ['__vi_import_0__']],
  'a specifier with a quote': [`export const a = 1; import b from 'b"c';`, ['b']],
  'a specifier with an escape': [`import b from '\\x62';`, ['b']],
  'text that shows imports': [`const text = "import b from 'b'";`, ['b']],
} as const;

/** What is left to the parser as a whole: an import that does not look like one, or something that looks like it. */
const NOT_PLAIN = {
  'an import with a comment in it': `const a = 1; import /* it's */ b from 'b';`,
  'an import with a comment begun by its star': `const a = 1; import *//'\n as b from 'b';`,
  'import() behind comments': `const a = // the first\n await /* another */ import('a');`,
  'import() behind a line comment': `const a = await // (\n\n import('a');`,
  'import() behind a long blank': `const a = ${' '.repeat(1000)}await import('a');`,
  'a variable behind a comment': `const /* it */ a = await import('a');`,
  'require with an escape': `const [c] = [1], { a: { b } } = { a: {} }, a = /**/ r\\u0065quire('a');`,
  'an export whose name is a text': `import { 'a b' as c } from 'a';`,
};
const NOT_PLAIN_TYPES = {
  'a type before the module': `const a = <Module>require('a');`,
  'a type behind the variable': `const a: N.Module = await import('a'); const b: Module = require('b');`,
};

const plain = (bindings: ReadonlyMap<string, unknown> | undefined) => bindings && [...bindings];

describe('imports at the top of a file', () => {
  it.each(Object.entries(PLAIN))('are what the parser finds: %s', (_, text) => {
    const { bindings, unclear } = leadingImports(text) ?? {};
    expect(plain(bindings)).toEqual(plain(importsOfFile(text)));
    expect(unclear).toEqual(new Set());
  });

  it.each(Object.entries(TYPES))('are what the parser finds when types are gone: %s', (_, text) => {
    expect(plain(leadingImports(text)?.bindings)).toEqual(plain(importsOfFile(stripTypeScriptTypes(text))));
  });

  it.each(Object.entries(UNCLEAR))('are told from what may come later: %s', (_, [later, names]) => {
    const { bindings, unclear } = leadingImports(`import first from 'first'; ${later}`) ?? {};
    expect(plain(bindings)).toEqual([['first', { specifier: 'first', imported: 'default', required: false }]]);
    expect(unclear).toEqual(new Set(names));
    expect([...importsOfFile(later).keys()].filter((name) => unclear?.has(name) !== true)).toEqual([]);
  });

  it.each(Object.entries(NOT_PLAIN))('are left to the parser: %s', (_, text) => {
    expect(importsOfFile(text).size).toBeGreaterThan(0);
    expect(leadingImports(text)).toBeUndefined();
  });

  it.each(Object.entries(NOT_PLAIN_TYPES))('are left to the parser: %s', (_, text) => {
    expect(leadingImports(text)).toBeUndefined();
  });

  it('are found in no time in a long line', () => {
    const text = `export const bytes = '${'//>=(( \\u0041'.repeat(50_000)}';`;
    expect(leadingImports(text)).toBeUndefined();
    expect(leadingImports(text.replaceAll('\\u', ''))?.unclear.size).toBe(0);
  });
});

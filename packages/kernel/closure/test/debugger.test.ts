import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { enableDebugger, knownScripts } from '../src/inspect/debugger.ts';

const src = new URL('../src/', import.meta.url).href;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lithops-debugger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

let scripts = 0;
/** Whether the debugger tells of a script that is new. */
function isOn(): boolean {
  const url = `lithops-test-${scripts++}`;
  // biome-ignore lint/security/noGlobalEval: a new script is what the debugger tells of
  eval(`1\n//# sourceURL=${url}`);
  return [...knownScripts.values()].some((script) => script.url === url);
}

describe("V8's inspector", () => {
  it('keeps nothing of what was captured', async () => {
    writeFileSync(
      join(folder, 'program.mjs'),
      `import { setFlagsFromString } from 'node:v8';
       import { runInNewContext } from 'node:vm';
       import { capture } from '${src}index.ts';
       const captured = [];
       for (let round = 0; round < 20; round++) {
         const held = { round };
         class Private { #field = held; read() { return this.#field; } }
         const own = new Private();
         const fn = (n) => [n, held, own.read()];
         capture(fn.bind(null, round));
         captured.push(new WeakRef(fn), new WeakRef(held), new WeakRef(own));
       }
       setFlagsFromString('--expose-gc');
       await new Promise(setImmediate);
       runInNewContext('gc')();
       // What the last round has left in registers does not count.
       console.log(captured.filter((ref) => ref.deref() !== undefined).length <= 3);`,
    );
    expect(await run('program.mjs')).toBe(true);
  });
});

describe("V8's debugger", () => {
  it('is on when it was asked for, and off again soon after: while it is on, promises take seven times as long', async () => {
    for (let round = 0; round < 2; round++) {
      enableDebugger();
      expect(isOn()).toBe(true);
      await vi.waitFor(() => expect(isOn()).toBe(false));
    }
  });

  it('is not needed for functions of files that no loader has changed', async () => {
    writeFileSync(join(folder, 'helper.mjs'), 'export const scale = (n) => n * 2;');
    writeFileSync(
      join(folder, 'program.mjs'),
      `import { readFileSync } from 'node:fs';
       import { scale } from './helper.mjs';
       import { pack } from '${src}index.ts';
       import { knownScripts } from '${src}inspect/debugger.ts';
       const table = new Map([['factor', 3]]);
       const { code } = await pack((n) => scale(n) * table.get('factor') + readFileSync.length);
       console.log(JSON.stringify([knownScripts.size, code.includes('n * 2')]));`,
    );
    expect(await run('program.mjs')).toEqual([0, true]);
  });

  it('is not needed for TypeScript that Node runs', async () => {
    writeFileSync(
      join(folder, 'helper.ts'),
      `// Node blanks types, ünï 日本 🎉 as well.
       export interface Scale { '日本 🎉': number }
       export const scale = (n: number, by?: Scale): number => n * 2 + (by?.['日本 🎉'] ?? 0);`,
    );
    writeFileSync(
      join(folder, 'program.ts'),
      `import { readFileSync } from 'node:fs';
       import type { Session } from 'node:inspector';
       import { type Scale, scale } from './helper.ts';
       import { pack } from '${src}index.ts';
       import { knownScripts } from '${src}inspect/debugger.ts';
       const table = new Map<string, number>([['factor', 3]]);
       const { code } = await pack((n: number, by?: Scale) => scale(n, by) * (table.get('factor') as number) + readFileSync.length);
       console.log(JSON.stringify([knownScripts.size, code.includes('n * 2')]));`,
    );
    expect(await run('program.ts')).toEqual([0, true]);
  });

  it('tells what V8 runs where the file is another by now', async () => {
    writeFileSync(join(folder, 'package.json'), '{ "name": "own" }');
    // The text of the function is still there, and the file as long as it was; what it imports is another package.
    const module = (name: string) => `import * as used from '${name}'; export const fn = (n) => used.parse(n);`;
    for (const name of ['abc', 'xyz']) {
      const at = join(folder, 'node_modules', name);
      mkdirSync(at, { recursive: true });
      writeFileSync(
        join(at, 'package.json'),
        JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js' }),
      );
      writeFileSync(join(at, 'index.js'), `const own = ['${name}']; export const parse = (n) => own[0] + n;`);
    }
    writeFileSync(
      join(folder, 'program.mjs'),
      `import { writeFileSync } from 'node:fs';
       import { pack } from '${src}index.ts';
       const file = new URL('./module.mjs', import.meta.url);
       writeFileSync(file, ${JSON.stringify(module('abc'))});
       const { fn } = await import(file.href);
       writeFileSync(file, ${JSON.stringify(module('xyz'))});
       const { code } = await pack(fn);
       console.log(JSON.stringify([code.includes('node_modules/abc'), code.includes('node_modules/xyz')]));`,
    );
    expect(await run('program.mjs')).toEqual([true, false]);
  });
});

async function run(program: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, program)]);
  return JSON.parse(stdout);
}

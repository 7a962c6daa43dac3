import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** What a module tells by `tell`, run in a process of its own: in this one, most of Node is loaded. */
async function told(code: string): Promise<unknown> {
  const source = `
    import { capture } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
    const codeOf = async (fn) => (await capture(fn).build()).code;
    const tell = (value) => console.log(JSON.stringify(value));
    ${code}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source]);
  return JSON.parse(stdout);
}

describe('built-in values', () => {
  it('are looked for without loading what nobody has used', async () => {
    const loaded = await told(`
      const outer = 1;
      class Response {}
      capture(() => Response);
      capture(() => [outer, Math.max, new Uint8Array(1), new FormData(), new TransformStream(), ReadableStream, Buffer]);
      tell(process.moduleLoadList.filter((entry) => /undici|webstreams/.test(entry)));`);
    expect(loaded).toEqual([]);
  });

  it('are found when they came later than the first capture', async () => {
    const codes = (await told(`
      const { max } = Math;
      await codeOf(() => max(1, 2));
      const { gzipSync } = await import('node:zlib');
      const { Response, FormData } = globalThis;
      const { json } = Response;
      const { from } = ReadableStream;
      const Abort = AbortController;
      tell([await codeOf(() => gzipSync('a')), await codeOf(() => [new FormData(), json(1)]), await codeOf(() => [from([]), new Abort()])]);`)) as string[];
    expect(codes[0]).toContain('process.getBuiltinModule("zlib").gzipSync');
    expect(codes[1]).toContain('FormData');
    expect(codes[1]).toContain('Response.json');
    expect(codes[2]).toContain('ReadableStream.from');
    expect(codes[2]).toContain('= AbortController;');
  });

  it.each([
    [
      "import { AsyncLocalStorage as found } from 'node:async_hooks';",
      'process.getBuiltinModule("async_hooks").AsyncLocalStorage',
    ],
    ["import { BlockList as found } from 'node:net';", 'process.getBuiltinModule("net").BlockList'],
    ["import { describe as found } from 'node:test';", 'process.getBuiltinModule("node:test").describe'],
    ["import { join as found } from 'node:path/win32';", 'process.getBuiltinModule("path").win32.join'],
    ['const { from: found } = Buffer;', 'Buffer.from'],
    ['const found = process.hrtime.bigint;', 'process.hrtime.bigint'],
    ['const found = (async () => {}).constructor;', '(async () => {}).constructor'],
    ['const found = Object.getPrototypeOf(Int8Array);', 'Object.getPrototypeOf(Uint8Array)'],
  ])('are found wherever Node has them: %s', async (definition, expression) => {
    const code = await told(`${definition} tell(await codeOf(() => found));`);
    expect(/const \$t1 = (.*);/.exec(String(code))?.[1]).toBe(expression);
  });

  it('are found behind getters', async () => {
    const codes = (await told(`
      const { subtle } = crypto;
      const [mine, { webcrypto }, here] = [crypto, await import('node:crypto'), navigator];
      tell([await codeOf(() => mine.randomUUID()), await codeOf(() => webcrypto.subtle), await codeOf(() => subtle.digest), await codeOf(() => here.language)]);`)) as string[];
    expect(codes.map((code) => /const \$t1 = (.*);/.exec(code)?.[1])).toEqual([
      'crypto',
      'crypto',
      'crypto.subtle',
      'navigator',
    ]);
  });
});

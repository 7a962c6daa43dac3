import { setTimeout as delay } from 'node:timers/promises';
import { PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytesOf, startAccount, type TestAccount } from './account.ts';
import { zipOf } from './zip.ts';

let account: TestAccount;

beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account?.[Symbol.asyncDispose]());

test('a sandbox is frozen between its events', async () => {
  const source = `let ticks = 0;
    setInterval(() => { ticks += 1; }, 10);
    export const handler = async () => ticks;`;
  await account.deploy('ticks', source);
  const { payload: before } = await account.invoke('ticks');
  await delay(400);
  const { payload: after } = await account.invoke('ticks');
  expect(account.sandboxes('ticks')).toMatchObject([{ invocations: 2 }]);
  expect(Number(after) - Number(before)).toBeLessThan(25);
});

test('a sandbox that nobody uses ends', async () => {
  await using other = await startAccount({ idleMs: 50 });
  await other.deploy('idles', 'export const handler = async () => 1;');
  await other.invoke('idles');
  while (other.simulator.sandboxes().length > 0) await delay(10);
  expect(await other.invoke('idles')).toMatchObject({ payload: 1 });
});

test('what takes long to initialise is started again within the first event', async () => {
  await using hasty = await startAccount({ initMs: 1 });
  await hasty.deploy('starts', "export const handler = async () => 'ready';");
  expect(await hasty.invoke('starts')).toMatchObject({ error: undefined, payload: 'ready' });
  expect(hasty.simulator.log('starts').join('\n')).toMatch(/INIT_REPORT .*\tPhase: init\tStatus: timeout/);
  const source = 'await new Promise(() => setInterval(() => {}, 1000)); export const handler = async () => 1;';
  await hasty.deploy('never', source, { Timeout: 1 });
  expect(await hasty.invoke('never')).toMatchObject({ payload: { errorType: 'Sandbox.Timedout' } });
});

test('what fails to initialise is told, also when it exits', async () => {
  await account.deploy('throws', 'throw new RangeError("at once"); export const handler = 1;', { Timeout: 30 });
  expect(await account.invoke('throws')).toMatchObject({
    error: 'Unhandled',
    payload: { errorType: 'RangeError', errorMessage: 'at once' },
  });
  await account.deploy('exits', 'process.exit(3); export const handler = 1;', { Timeout: 30 });
  expect(await account.invoke('exits')).toMatchObject({
    error: 'Unhandled',
    payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 3') },
  });
  await account.deploy('none', 'export const other = async () => 1;', { Timeout: 30 });
  expect(await account.invoke('none')).toMatchObject({ payload: { errorType: 'Runtime.HandlerNotFound' } });
});

test('handlers are found in CommonJS, in folders, and under other names', async () => {
  const ZipFile = bytesOf(
    zipOf({
      'src/app.cjs':
        'exports.deep = { run: async (event) => ({ event, links: require("node:fs").readdirSync("/opt") }) };',
      'bin/tool': { text: '#!/bin/sh\necho tool', mode: 0o755 },
    }),
  );
  const layer = await account.client.send(
    new PublishLayerVersionCommand({ LayerName: 'extra', Content: { ZipFile: bytesOf(zipOf({ 'lib.txt': 'text' })) } }),
  );
  await account.deploy('deep', '', {
    Code: { ZipFile },
    Handler: 'src/app.deep.run',
    Layers: [layer.LayerVersionArn ?? ''],
  });
  expect(await account.invoke('deep', { n: 1 })).toMatchObject({ payload: { event: { n: 1 }, links: ['lib.txt'] } });
});

test('each sandbox has a /tmp of its own, of the size that was asked for', async () => {
  const source = `import { statfsSync, writeFileSync, readdirSync } from 'node:fs';
    export const handler = async ({ name }) => {
      writeFileSync('/tmp/' + name, name);
      const { blocks, bsize } = statfsSync('/tmp');
      return { megabytes: (blocks * bsize) / 1024 / 1024, files: readdirSync('/tmp') };
    };`;
  await account.deploy('writes', source, { EphemeralStorage: { Size: 600 } });
  expect((await account.invoke('writes', { name: 'a' })).payload).toEqual({ megabytes: 600, files: ['a'] });
  expect((await account.invoke('writes', { name: 'b' })).payload).toEqual({ megabytes: 600, files: ['a', 'b'] });
  account.simulator.faults.killSandboxes('writes');
  expect((await account.invoke('writes', { name: 'c' })).payload).toEqual({ megabytes: 600, files: ['c'] });
});

test('processes that a function starts are frozen and end with its sandbox', async () => {
  const source = `import { spawn } from 'node:child_process';
    export const handler = async () => spawn('/usr/bin/sleep', ['1000'], { detached: true, stdio: 'ignore' }).pid;`;
  await account.deploy('spawns', source);
  const { payload: pid } = await account.invoke('spawns');
  process.kill(Number(pid), 0);
  account.simulator.faults.killSandboxes('spawns');
  while (isAlive(Number(pid))) await delay(10);
});

test('the log of an event has its last 4 KB', async () => {
  const source = `export const handler = async () => {
    for (let line = 0; line < 200; line += 1) console.log('line', line, 'x'.repeat(50));
    process.stdout.write('without an end');
  };`;
  await account.deploy('prints', source);
  const { log } = await account.invoke('prints', {}, { LogType: 'Tail' });
  expect(Buffer.byteLength(log)).toBe(4096);
  expect(log).toMatch(
    /\tINFO\tline 199 x+\nwithout an end\nEND RequestId: .*\nREPORT RequestId: .*Billed Duration: \d+ ms/,
  );
  expect(log).not.toContain('line 1 ');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

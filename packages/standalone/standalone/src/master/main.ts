import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { folderLayout } from '../protocol/folder-layout.ts';
import type { MasterAddress, MasterSettings } from '../protocol/master-api.ts';
import { serveHttpApi } from './http-api.ts';
import { Master } from './master.ts';
import { OwnedMachines } from './owned-machines.ts';
import { startRedisServer, stopRedisServer } from './redis-server.ts';
import { writeWhole } from './write-whole.ts';

/** The program `node master.mjs FOLDER`: the master of a cluster, until it is told to stop or nobody needs it. */
async function main(base: string): Promise<void> {
  const layout = folderLayout(base);
  if (!(await isOnlyOne(base))) process.exit(0);
  const settings = JSON.parse(readFileSync(layout.masterSettings, 'utf8')) as MasterSettings; // the bootstrap writes it
  const log = (text: string) => process.stdout.write(`${new Date().toISOString()} ${text}\n`);
  const redis = await startRedisServer(layout.state);
  const ended = Promise.withResolvers<string>();
  const softMs = settings.softTimeout === undefined ? undefined : settings.softTimeout * 1000;
  const owned = settings.ownsMachines === true ? new OwnedMachines({ layout, softMs, log }) : undefined;
  let isUnused = false;
  const master = new Master({
    state: layout.state,
    keyFile: layout.masterKey,
    settings,
    redis,
    ...(owned !== undefined && { owned }),
    log,
    onIdle: () => {
      isUnused = true;
      ended.resolve(`nobody has used it for ${settings.softTimeout} s`);
    },
  });
  const token = randomBytes(32).toString('hex');
  const server = await serveHttpApi({ master, token, onStop: () => ended.resolve('it was told to') });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the API has no port');
  const found: MasterAddress = { port: address.port, token, version: settings.version, pid: process.pid };
  writeWhole(layout.masterAddress, JSON.stringify(found));
  log(`master ${settings.version} is ready`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ended.resolve(signal));
  log(`ends: ${await ended.promise}`);
  rmSync(layout.masterAddress, { force: true });
  server.close();
  if (isUnused) await master.turnOffMachines();
  await master.close();
  await stopRedisServer(redis);
  if (isUnused) owned?.turnOffOwn();
  process.exit(0);
}

/** A name that only one process of the machine can have, and that goes with it however it ends. */
async function isOnlyOne(base: string): Promise<boolean> {
  const lock = createServer().listen(`\0lithops-master:${base}`).unref();
  const taken = once(lock, 'error').then(() => false);
  return Promise.race([taken, once(lock, 'listening').then(() => true)]);
}

await main(process.argv[2] ?? '');

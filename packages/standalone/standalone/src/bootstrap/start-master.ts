import { setTimeout as delay } from 'node:timers/promises';
import { InvocationError, type PluginLogger } from '@lithops/core/plugin';
import { MasterClient } from '../client/master-client.ts';
import type { FolderLayout } from '../protocol/folder-layout.ts';
import type { MasterAddress, MasterSettings } from '../protocol/master-api.ts';
import { quote } from '../ssh/quote.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';
import { sshKeyPair } from '../ssh/ssh-key-pair.ts';
import type { InstalledMachine } from './install-machine.ts';
import type { MachineFacts } from './probe-machine.ts';
import { serviceUnit, startUnitScript, unitName } from './service-unit.ts';

const READY_MS = 30_000;
const LOOK_MS = 50;

/** The master that runs, where one does and answers. */
export async function findMaster(connection: SshConnection, folder: string): Promise<MasterClient | undefined> {
  const target = folder.startsWith('/') ? quote(folder) : `"$HOME"/${quote(folder)}`;
  const { code, stdout } = await connection.run(`cat ${target}/state/master.json`);
  if (code !== 0) return undefined;
  const client = new MasterClient(connection, JSON.parse(stdout) as MasterAddress); // as the master writes it
  const status = await client.status().catch(() => undefined); // it was killed
  return status === undefined ? undefined : client;
}

/**
 * Starts the master, instead of one of another release if that is idle: as a unit of systemd where that runs and we may
 * become root, else beside a script that starts it again. @throws InvocationError
 */
export async function startMaster(
  connection: SshConnection,
  { layout, facts }: InstalledMachine,
  settings: MasterSettings,
  logger: PluginLogger,
): Promise<MasterClient> {
  const { base } = layout;
  const running = await findMaster(connection, base);
  if (running !== undefined) {
    if (running.version === settings.version) return running;
    await replace(running, connection, logger);
  }
  const { code, stderr } = await connection.run(
    `set -e; umask 077
address=${quote(layout.masterAddress)}; settings=${quote(layout.masterSettings)}
if [ -e "$address" ]; then
  # Another client may have started it meanwhile.
  pid=$(grep -o '"pid":[0-9]*' "$address" | cut -d : -f 2)
  ! kill -0 "$pid" 2>/dev/null || exit 0
  rm -f "$address"
fi
printf %s ${quote(JSON.stringify(settings))} > "$settings.$$"
mv -f "$settings.$$" "$settings"
${startCommand(layout, facts, settings.version)}`,
  );
  if (code !== 0) throw new InvocationError(`${connection.where}: the master could not be started: ${stderr.trim()}`);
  for (const last = Date.now() + READY_MS; ; await delay(LOOK_MS)) {
    const started = await findMaster(connection, base);
    if (started?.version === settings.version) return started;
    if (Date.now() < last) continue;
    const { stdout } = await connection.run(`tail -n 5 ${quote(layout.masterLog)}`);
    throw new InvocationError(
      `${connection.where}: the master did not start; it last wrote: ${stdout.trim().split('\n').join(' / ')}`,
      { hint: `see ${layout.masterLog} there` },
    );
  }
}

function startCommand(layout: FolderLayout, { asRoot, hasSystemd, user }: MachineFacts, version: string): string {
  if (!hasSystemd || asRoot === undefined)
    return `setsid nohup ${quote(`${layout.base}/bin/run-master`)} ${quote(version)} </dev/null >>${quote(layout.masterLog)} 2>&1 &`;
  const script = startUnitScript(unitName(layout), serviceUnit(layout, user, version));
  return `${asRoot} sh -c ${quote(script)}`;
}

/** The master's public key; the private one is made here once, and is nowhere else but on the master. */
export async function masterPublicKey(connection: SshConnection, { masterKey }: FolderLayout): Promise<string> {
  const file = quote(masterKey);
  const read = `cat ${quote(`${masterKey}.pub`)}`;
  const known = await connection.run(read);
  if (known.code === 0) return known.stdout.trim();
  const pair = sshKeyPair(`lithops-master-${connection.where}`);
  // Whoever comes first: the public half is there when the private one is.
  const { code, stdout, stderr } = await connection.run(
    `set -e; umask 077; part=${file}.$$
cat > "$part"; printf '%s\\n' ${quote(pair.public)} > "$part.pub"
ln "$part" ${file} 2>/dev/null && mv -f "$part.pub" ${quote(`${masterKey}.pub`)} || sleep 1
rm -f "$part" "$part.pub"; ${read}`,
    { input: pair.private },
  );
  if (code !== 0)
    throw new InvocationError(`${connection.where}: the master's key could not be made: ${stderr.trim()}`);
  return stdout.trim();
}

async function replace(running: MasterClient, connection: SshConnection, logger: PluginLogger): Promise<void> {
  const { sessions } = await running.status();
  const busy = sessions.filter(({ open, connected }) => connected || open > 0);
  if (busy.length > 0)
    throw new InvocationError(
      `${connection.where} has a master of another release (${running.version}), at work for ${busy.map(({ executorId }) => executorId).join(', ')}`,
      { hint: 'wait until it is done, use the same release, or another install_folder' },
    );
  logger.info(`${connection.where}: replacing the master ${running.version}`);
  await running.stop();
  for (const last = Date.now() + READY_MS; Date.now() < last; await delay(LOOK_MS))
    if ((await running.status().catch(() => undefined)) === undefined) return;
  throw new InvocationError(`${connection.where}: the master ${running.version} does not end`);
}

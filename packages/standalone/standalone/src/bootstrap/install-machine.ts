import { InvocationError, type PluginLogger } from '@lithops/core/plugin';
import { type FolderLayout, folderLayout } from '../protocol/folder-layout.ts';
import { quote } from '../ssh/quote.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';
import { uploadFile } from '../ssh/upload-file.ts';
import { installNode, type NodeSource } from './install-node.ts';
import { installRedis } from './install-redis.ts';
import { type MachineFacts, probeMachine } from './probe-machine.ts';
import type { ProgramName, Release } from './release.ts';
import { runContainerScript, runMasterScript, startWorkerScript } from './scripts.ts';

export interface InstallSettings {
  /** Our folder: absolute, or below the user's home. */
  readonly folder: string;
  readonly node: NodeSource;
  readonly logger: PluginLogger;
  /** Whether tasks run in containers there. */
  readonly containers: boolean;
}

/** A machine with all that it needs. */
export interface InstalledMachine {
  readonly facts: MachineFacts;
  readonly layout: FolderLayout;
}

/**
 * Puts a release on a machine, as far as it is not there: what is there already is found by its content, what was cut short
 * goes on. Nothing is started.
 * @throws SshError, InvocationError, ConfigError
 */
export async function installMachine(
  connection: SshConnection,
  release: Release,
  role: 'master' | 'worker',
  settings: InstallSettings,
): Promise<InstalledMachine> {
  const progress = (text: string) => settings.logger.info(`${connection.where}: ${text}`);
  const facts = await probeMachine(connection, settings.folder);
  const layout = folderLayout(facts.base);
  const node = await installNode(connection, facts, settings.node, progress);
  if (role === 'master' && !facts.hasRedis) {
    progress('installing Redis');
    await installRedis(connection, facts);
  }
  const needed: ProgramName[] = ['worker.mjs'];
  if (role === 'master') needed.push('master.mjs');
  if (settings.containers) needed.push('container-worker.mjs');
  const programs = release.files.filter(({ name }) => needed.includes(name));
  const links: string[] = [];
  for (const { name, bytes } of programs) {
    const { path, sent } = await uploadFile(connection, layout.files, { bytes });
    if (sent) progress(`${name} was sent`);
    links.push(`ln -f ${quote(path)} ${quote(`${layout.release(release.version)}/${name}`)}`);
  }
  const scripts = {
    'start-worker': startWorkerScript(facts.base),
    'run-master': runMasterScript(facts.base),
    'run-container': runContainerScript(facts.base),
  };
  const { code, stderr } = await connection.run(
    [
      'set -e; umask 077',
      // Of several clients at once, one after the other.
      `if command -v flock >/dev/null; then exec 9> ${quote(`${facts.base}/install.lock`)}; flock 9; fi`,
      `mkdir -p ${quote(layout.release(release.version))}`,
      ...links,
      ...(node === layout.node ? [] : [`ln -sfn ${quote(node)} ${quote(layout.node)}`]),
      ...Object.entries(scripts).flatMap(([name, text]) => {
        const file = `${facts.base}/bin/${name}`;
        const part = `${quote(file)}.$$`;
        return [`printf %s ${quote(text)} > ${part}`, `chmod 700 ${part}`, `mv -f ${part} ${quote(file)}`];
      }),
    ].join('\n'),
  );
  if (code !== 0) throw new InvocationError(`${connection.where}: the worker could not be installed: ${stderr.trim()}`);
  return { facts, layout };
}

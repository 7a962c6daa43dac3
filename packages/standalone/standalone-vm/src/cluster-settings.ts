import { userInfo } from 'node:os';
import { ConfigError } from '@lithops/core/plugin';
import {
  type ClusterSettings,
  containerSettings,
  findCredentials,
  type HostKeyPolicy,
  inHome,
  type SshTarget,
} from '@lithops/standalone';
import type { VmConfig } from './config.ts';

type Login = Pick<
  VmConfig,
  'sshPort' | 'sshUsername' | 'sshKeyFilename' | 'sshKeyPassphrase' | 'sshPassword' | 'hostKeyFingerprint'
>;

/** What a section says, completed. @throws ConfigError */
export function clusterSettings(config: VmConfig, environment: NodeJS.ProcessEnv): ClusterSettings {
  const { workers = [], maxWorkers, workerProcesses, runtimeMemory } = config;
  if (config.nodeTarball !== undefined && config.nodeFromDistribution === true)
    throw new ConfigError('Node comes from node_tarball or from the distribution, not from both');
  const targets = workers.map((worker) => {
    const own = typeof worker === 'string' ? { ipAddress: worker } : worker;
    // A port and a key of a machine are its own; who we are is the same on all, unless they say otherwise.
    const { sshPort: _port, hostKeyFingerprint: _key, ...shared } = config;
    return targetOf(own.ipAddress, { ...shared, ...own }, config, environment);
  });
  const names = new Set(targets.map(({ username, host, port }) => `${username}@${host}:${port}`));
  if (names.size < targets.length) throw new ConfigError('workers names a machine twice');
  const container = containerSettings(config);
  return {
    master: targetOf(config.ipAddress, config, config, environment),
    workers: maxWorkers === undefined ? targets : targets.slice(0, maxWorkers),
    folder: config.installFolder ?? '.lithops-standalone',
    node: config.nodeFromDistribution === true ? 'distribution' : nodeOf(config),
    ...(workerProcesses !== undefined && { processes: workerProcesses }),
    ...(runtimeMemory !== undefined && { heapMegabytes: runtimeMemory }),
    ...(container !== undefined && { container }),
    startTimeoutMs: (config.startTimeout ?? 300) * 1000,
    service: {
      ...(config.autoDismantle !== false && { softTimeout: config.softDismantleTimeout ?? 300 }),
      hardTimeout: config.hardDismantleTimeout ?? 3600,
      reconnectTimeout: config.reconnectTimeout ?? 60,
      silenceTimeout: config.silenceTimeout ?? 10,
    },
  };
}

function nodeOf({ nodeTarball }: VmConfig): ClusterSettings['node'] {
  return nodeTarball === undefined ? 'own' : { tarball: nodeTarball };
}

function targetOf(host: string, login: Login, config: VmConfig, environment: NodeJS.ProcessEnv): SshTarget {
  const { sshPort = 22, sshUsername = userInfo().username } = login;
  return {
    host,
    port: sshPort,
    username: sshUsername,
    credentials: findCredentials(login, environment),
    hostKeys: hostKeysOf(login, config),
  };
}

function hostKeysOf(
  { hostKeyFingerprint }: Login,
  { knownHostsFile, trustOnFirstUse = false }: VmConfig,
): HostKeyPolicy {
  if (hostKeyFingerprint !== undefined) return { type: 'fingerprint', fingerprint: hostKeyFingerprint };
  return { type: 'file', file: inHome(knownHostsFile ?? '~/.ssh/known_hosts'), trustNew: trustOnFirstUse };
}

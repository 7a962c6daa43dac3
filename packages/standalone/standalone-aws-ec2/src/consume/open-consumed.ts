import type { ComputeBackend, PluginContext } from '@lithops/core/plugin';
import { containerSettings, findCredentials, inHome, type SshTarget, StandaloneBackend } from '@lithops/standalone';
import { ec2Client } from '../aws/ec2-client.ts';
import type { Ec2Config } from '../config.ts';
import { ConsumedInstance } from './consumed-instance.ts';

const SSH_PORT = 22;
const LEAST_GUARD_SECONDS = 5;

/** One instance that is there, as master and worker. Nothing is asked of EC2 yet. @throws ConfigError */
export function openConsumed(
  id: string,
  config: Ec2Config & { readonly sshUsername: string },
  context: PluginContext,
): ComputeBackend {
  const { hardDismantleTimeout: hardTimeout = 3600, softDismantleTimeout = 300, startTimeout = 300 } = config;
  const softTimeout = config.autoDismantle === false ? hardTimeout : softDismantleTimeout;
  const softSeconds = Math.max(LEAST_GUARD_SECONDS, Math.ceil(softTimeout));
  const folder = config.installFolder ?? '.lithops-standalone';
  const client = ec2Client(config);
  const closing = new AbortController();
  const login: Omit<SshTarget, 'host' | 'tunnel'> = {
    port: SSH_PORT,
    username: config.sshUsername,
    credentials: findCredentials(config, process.env),
    hostKeys: hostKeysOf(id, config),
  };
  const instance = new ConsumedInstance({
    client,
    id,
    login,
    folder,
    guard: { firstSeconds: Math.ceil(startTimeout) + softSeconds, softSeconds },
    startTimeoutMs: startTimeout * 1000,
    logger: context.logger,
    signal: AbortSignal.any([context.signal, closing.signal]),
  });
  const { workerProcesses: processes, runtimeMemory: heapMegabytes, nodeTarball: tarball } = config;
  const container = containerSettings(config);
  const node = tarball === undefined ? 'own' : { tarball };
  const backend = new StandaloneBackend(
    {
      master: { ...login, host: id },
      openMaster: () => instance.open(),
      lookForMaster: () => instance.look(),
      workers: [],
      folder,
      node: config.nodeFromDistribution === true ? 'distribution' : node,
      ...(processes !== undefined && { processes }),
      ...(heapMegabytes !== undefined && { heapMegabytes }),
      ...(container !== undefined && { container }),
      startTimeoutMs: startTimeout * 1000,
      service: {
        softTimeout,
        // It tells a guard, where there is one, that the machine is used.
        ownsMachines: true,
        hardTimeout,
        reconnectTimeout: config.reconnectTimeout ?? 60,
        silenceTimeout: config.silenceTimeout ?? 10,
      },
    },
    context,
  );
  const dispose = backend[Symbol.asyncDispose].bind(backend);
  return Object.assign(backend, {
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('the executor was closed'));
      await dispose();
      client.destroy();
    },
  });
}

function hostKeysOf(
  alias: string,
  {
    hostKeyFingerprint: fingerprint,
    knownHostsFile = '~/.ssh/known_hosts',
    trustOnFirstUse: trustNew = false,
  }: Ec2Config,
): SshTarget['hostKeys'] {
  // Its address is another each time it is started.
  return fingerprint === undefined
    ? { type: 'file', file: inHome(knownHostsFile), trustNew, alias }
    : { type: 'fingerprint', fingerprint };
}

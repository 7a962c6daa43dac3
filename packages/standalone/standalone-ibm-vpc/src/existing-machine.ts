import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ComputeBackend, PluginContext } from '@lithops/core/plugin';
import {
  type ClusterSettings,
  containerSettings,
  findCredentials,
  inHome,
  StandaloneBackend,
} from '@lithops/standalone';
import { until } from '@lithops/standalone/plugin';
import type { IbmVpcConfig } from './config.ts';
import type { IbmVpcProvider } from './ibm-vpc-provider.ts';
import { DEFAULT_USER } from './provider-settings.ts';

const SSH_PORT = 22;
const DEFAULT_START_SECONDS = 300;

/** A machine that is there, and runs the tasks itself; it is started when it is off, and not before it is needed. */
export async function openExisting(
  provider: IbmVpcProvider,
  config: IbmVpcConfig,
  context: PluginContext,
): Promise<ComputeBackend> {
  return new ExistingMachine(provider, settingsOf(provider, config, context.signal), context);
}

class ExistingMachine extends StandaloneBackend {
  readonly #provider: IbmVpcProvider;

  constructor(provider: IbmVpcProvider, settings: ClusterSettings, context: PluginContext) {
    super(settings, context);
    this.#provider = provider;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.#provider[Symbol.asyncDispose]();
  }
}

function settingsOf(provider: IbmVpcProvider, config: IbmVpcConfig, closed: AbortSignal): ClusterSettings {
  const {
    instanceId = '',
    floatingIp: host = '',
    hostKeyFingerprint,
    knownHostsFile,
    trustOnFirstUse = false,
  } = config;
  const { workerProcesses, runtimeMemory, nodeTarball } = config;
  const startTimeoutMs = (config.startTimeout ?? DEFAULT_START_SECONDS) * 1000;
  const container = containerSettings(config);
  return {
    master: {
      host,
      port: SSH_PORT,
      username: config.sshUsername ?? DEFAULT_USER,
      credentials: findCredentials(config, process.env),
      hostKeys:
        hostKeyFingerprint === undefined
          ? { type: 'file', file: inHome(knownHostsFile ?? '~/.ssh/known_hosts'), trustNew: trustOnFirstUse }
          : { type: 'fingerprint', fingerprint: hostKeyFingerprint },
      tunnel: async () => {
        const signal = AbortSignal.any([closed, AbortSignal.timeout(startTimeoutMs)]);
        await provider.startExisting(instanceId, signal);
        return until(() => tryToConnect(host, signal), { signal });
      },
    },
    workers: [],
    folder: config.installFolder ?? '.lithops-standalone',
    node:
      config.nodeFromDistribution === true
        ? 'distribution'
        : nodeTarball === undefined
          ? 'own'
          : { tarball: nodeTarball },
    ...(workerProcesses !== undefined && { processes: workerProcesses }),
    ...(runtimeMemory !== undefined && { heapMegabytes: runtimeMemory }),
    ...(container !== undefined && { container }),
    startTimeoutMs,
    service: {
      ...(config.autoDismantle !== false && { softTimeout: config.softDismantleTimeout ?? 300 }),
      hardTimeout: config.hardDismantleTimeout ?? 3600,
      reconnectTimeout: config.reconnectTimeout ?? 60,
      silenceTimeout: config.silenceTimeout ?? 10,
    },
  };
}

/** Undefined while nothing listens there: a machine that has just started is not ready yet. */
async function tryToConnect(host: string, signal: AbortSignal): Promise<Socket | undefined> {
  const socket = connect({ host, port: SSH_PORT });
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch {
    socket.destroy();
    return undefined;
  }
}

import { createHash, randomBytes } from 'node:crypto';
import { ConfigError } from '@lithops/core/plugin';
import type { NodeSource } from '../bootstrap/install-node.ts';
import { type ContainerSection, containerSettings } from '../client/container-settings.ts';
import { type ContainerSettings, containerEnvironment } from '../protocol/container-environment.ts';
import type { MasterSettings } from '../protocol/master-api.ts';
import type { LoginKey } from './login-key.ts';
import { loginKey } from './login-key.ts';

/** Keys that the section of every backend of virtual machines has; what a provider needs besides is its own. */
export interface VmSection extends ContainerSection {
  /** `reuse`: a pool, which jobs share and which is kept until it is not used. `create`: machines of the executor alone. */
  readonly execMode?: 'reuse' | 'create' | undefined;
  readonly masterInstanceType: string;
  readonly workerInstanceType: string;
  /** Name or id of an image; default: the provider's. */
  readonly image?: string | undefined;
  readonly sshUsername: string;
  /** Default: a key that is made here, once. Those who use the same key share pools. */
  readonly sshKeyFilename?: string | undefined;
  readonly sshKeyPassphrase?: string | undefined;
  /** Default: 100. */
  readonly maxWorkers?: number | undefined;
  /** Default: the CPUs of the machine. */
  readonly workerProcesses?: number | undefined;
  /** MB of heap of each worker process. */
  readonly runtimeMemory?: number | undefined;
  /** Default: `.lithops-standalone`. */
  readonly installFolder?: string | undefined;
  readonly nodeTarball?: string | undefined;
  readonly nodeFromDistribution?: boolean | undefined;
  /** Seconds that a machine may take until it can be worked on. Default: 300. */
  readonly startTimeout?: number | undefined;
  /** Whether machines go when they are not used for `softDismantleTimeout`; if not, for `hardDismantleTimeout`. Default: yes. */
  readonly autoDismantle?: boolean | undefined;
  /** Seconds. Default: 300. */
  readonly softDismantleTimeout?: number | undefined;
  /** Seconds that work without its client goes on. Default: 3600. */
  readonly hardDismantleTimeout?: number | undefined;
  /** Whether machines that turn themselves off are deleted; if not, they are kept, and started again. Default: yes. */
  readonly deleteOnDismantle?: boolean | undefined;
  /** Seconds. Default: 60. */
  readonly reconnectTimeout?: number | undefined;
  /** Seconds. Default: 10. */
  readonly silenceTimeout?: number | undefined;
}

/** A section, completed. */
export interface VmSettings {
  readonly mode: 'reuse' | 'create';
  /** Part of the names of all its machines. */
  readonly cluster: string;
  /** Machines of the same pool are alike: in type, image, what tasks run in, and who made them. */
  readonly pool: string;
  readonly masterInstanceType: string;
  readonly workerInstanceType: string;
  readonly image: string | undefined;
  readonly username: string;
  readonly login: LoginKey;
  readonly maxWorkers: number;
  readonly processes: number | undefined;
  readonly heapMegabytes: number | undefined;
  readonly folder: string;
  /** Tasks run in containers; machines are of one image. */
  readonly container: ContainerSettings | undefined;
  readonly node: NodeSource;
  readonly startTimeoutMs: number;
  readonly onPowerOff: 'delete' | 'stop';
  readonly service: Omit<MasterSettings, 'version'>;
}

const DEFAULT_WORKERS = 100;
/** A guard looks every second at something that is told every second. */
export const LEAST_GUARD_SECONDS = 5;

/** @throws ConfigError */
export async function vmSettings(section: VmSection): Promise<VmSettings> {
  const { execMode = 'reuse', image, workerInstanceType, nodeTarball, nodeFromDistribution } = section;
  if (nodeTarball !== undefined && nodeFromDistribution === true)
    throw new ConfigError('Node comes from node_tarball or from the distribution, not from both');
  const login = await loginKey(section.sshKeyFilename, section.sshKeyPassphrase);
  const folder = section.installFolder ?? '.lithops-standalone';
  const shared = hash(login.id, section.sshUsername, folder);
  const container = containerSettings(section);
  const hardTimeout = section.hardDismantleTimeout ?? 3600;
  return {
    mode: execMode,
    cluster: execMode === 'reuse' ? shared : randomBytes(4).toString('hex'),
    pool: hash(
      workerInstanceType,
      image ?? '',
      container === undefined ? '' : JSON.stringify(containerEnvironment(container)),
    ),
    masterInstanceType: section.masterInstanceType,
    workerInstanceType,
    image,
    username: section.sshUsername,
    login,
    maxWorkers: section.maxWorkers ?? DEFAULT_WORKERS,
    processes: section.workerProcesses,
    heapMegabytes: section.runtimeMemory,
    folder,
    container,
    node: nodeFromDistribution === true ? 'distribution' : nodeTarball === undefined ? 'own' : { tarball: nodeTarball },
    startTimeoutMs: (section.startTimeout ?? 300) * 1000,
    onPowerOff: section.deleteOnDismantle === false ? 'stop' : 'delete',
    service: {
      softTimeout: section.autoDismantle === false ? hardTimeout : (section.softDismantleTimeout ?? 300),
      ownsMachines: true,
      hardTimeout,
      reconnectTimeout: section.reconnectTimeout ?? 60,
      silenceTimeout: section.silenceTimeout ?? 10,
    },
  };
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 8);
}

import { randomBytes } from 'node:crypto';
import { supervisorArguments } from '@lithops/worker/remote';
import type Docker from 'dockerode';
import { type ImageFacts, WORKER_FILE, WORKER_FOLDER } from '../engine/index.ts';
import type { ChannelFolder } from './channel-folder.ts';
import type { ContainerConfig } from './container-keys.ts';
import { containerLabels } from './container-labels.ts';
import { memoryBytes } from './memory-size.ts';
import { parseVolume } from './volume.ts';

export interface ContainerSpec {
  readonly image: ImageFacts;
  readonly config: ContainerConfig;
  /** Whom it works for; a part of its name. */
  readonly executorId: string;
  readonly processes: number;
  /** It ends when it has heard nothing for so long. Absent: when its input does. */
  readonly silenceSeconds?: number;
  /** `uid:gid`; undefined: the image's own. */
  readonly user: string | undefined;
  /** Folders of this machine to be found in the same place. */
  readonly folders: readonly string[];
  /** What its processes reach us through. Absent: the engine. */
  readonly channel?: ChannelFolder | undefined;
  /** The text of `worker.mjs`. Default: that of the installed package. */
  readonly workerCode?: () => Promise<string>;
}

/** What an engine is asked for: a container that runs the worker on its stdin and stdout, and ends and goes with them. */
export function containerOptions(spec: ContainerSpec): Docker.ContainerCreateOptions {
  const { image, config, executorId, processes, silenceSeconds, user, folders, channel } = spec;
  const { env = {}, platform, network } = config;
  const supervisor = {
    processes,
    ...(config.runtimeMemory !== undefined && { heapMegabytes: config.runtimeMemory }),
    ...(silenceSeconds !== undefined && { silenceSeconds }),
    direct: channel !== undefined,
  };
  return {
    name: `lithops-${executorId}-${randomBytes(4).toString('hex')}`,
    Image: image.id,
    ...(platform !== undefined && { platform }),
    Entrypoint: ['node'],
    Cmd: [WORKER_FILE, ...supervisorArguments(supervisor)],
    Env: Object.entries({
      PATH: image.path,
      ...(!image.hasHome && user !== undefined && { HOME: '/tmp' }),
      ...env,
    }).map(([name, value]) => `${name}=${value}`),
    ...(user !== undefined && { User: user }),
    Labels: containerLabels(executorId),
    OpenStdin: true,
    // The end of our connection is the end of its input.
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    ...(config.readOnly === true && { Volumes: { [WORKER_FOLDER]: {} } }),
    HostConfig: {
      AutoRemove: true,
      // What it writes is the protocol: nothing for the engine's log files.
      LogConfig: { Type: 'none', Config: {} },
      SecurityOpt: ['no-new-privileges'],
      ...(network !== undefined && { NetworkMode: network }),
      ...limits(config),
      ...(config.readOnly === true && { ReadonlyRootfs: true, Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777' } }),
      Mounts: [
        ...folders.map(sameFolder),
        ...(config.volumes ?? []).flatMap((volume) => parseVolume(volume) ?? []),
        ...(channel?.mounts ?? []),
      ],
    },
  };
}

function limits({ cpus, memory, gpus, useGpu }: ContainerConfig): Docker.HostConfig {
  const bytes = memory === undefined ? undefined : memoryBytes(memory);
  const devices = gpus ?? (useGpu === true ? 'all' : undefined);
  return {
    ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
    // Without swap: a task that needs more is to fail, not to grind.
    ...(bytes !== undefined && { Memory: bytes, MemorySwap: bytes }),
    ...(devices !== undefined && {
      DeviceRequests: [
        {
          Driver: '',
          Capabilities: [['gpu']],
          ...(Array.isArray(devices) ? { DeviceIDs: devices } : { Count: devices === 'all' ? -1 : devices }),
        },
      ],
    }),
  };
}

function sameFolder(path: string): Docker.MountSettings {
  return { Type: 'bind', Source: path, Target: path };
}

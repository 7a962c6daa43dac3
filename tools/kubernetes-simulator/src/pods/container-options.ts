import type { ContainerCreateOptions } from 'dockerode';
import type { Container, Pod } from '../objects/core-objects.ts';
import { quantity } from './quantity.ts';

export const CLUSTER_LABEL = 'lithops-test.kubernetes-simulator';
const NANO = 1e9;

/** What the engine is asked to run for a container of a pod. */
export function containerOptions(
  pod: Pod,
  container: Container,
  environment: readonly string[],
  cluster: string,
): ContainerCreateOptions {
  const { limits } = container.resources ?? {};
  const [memory, cpus] = [quantity(limits?.['memory']), quantity(limits?.['cpu'])];
  const context = { ...pod.spec.securityContext, ...container.securityContext };
  const user = [context.runAsUser, context.runAsGroup].filter((id) => id !== undefined).join(':');
  return {
    Image: container.image ?? '',
    Hostname: pod.metadata.name.slice(0, 63),
    Env: [...environment],
    ...(container.command !== undefined && { Entrypoint: [...container.command] }),
    ...(container.args !== undefined && { Cmd: [...container.args] }),
    ...(container.workingDir !== undefined && { WorkingDir: container.workingDir }),
    ...(context.runAsUser !== undefined && { User: user }),
    Labels: {
      [CLUSTER_LABEL]: cluster,
      'io.kubernetes.pod.namespace': pod.metadata.namespace ?? '',
      'io.kubernetes.pod.name': pod.metadata.name,
      'io.kubernetes.container.name': container.name,
    },
    HostConfig: {
      ...(memory > 0 && { Memory: Math.floor(memory), MemorySwap: Math.floor(memory) }),
      ...(cpus > 0 && { NanoCpus: Math.floor(cpus * NANO) }),
      ...(context.readOnlyRootFilesystem === true && { ReadonlyRootfs: true }),
      ...(context.allowPrivilegeEscalation === false && { SecurityOpt: ['no-new-privileges'] }),
      CapDrop: [...(context.capabilities?.drop ?? [])],
      CapAdd: [...(context.capabilities?.add ?? [])],
      Tmpfs: emptyFolders(pod, container),
    },
  };
}

function emptyFolders(pod: Pod, container: Container): Record<string, string> {
  const empty = (pod.spec.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined).map(({ name }) => name);
  const mounts = (container.volumeMounts ?? []).filter(({ name }) => empty.includes(name));
  return Object.fromEntries(mounts.map(({ mountPath }) => [mountPath, 'rw']));
}

import type { Socket } from 'node:net';
import type Docker from 'dockerode';
import { type Engine, WORKER_FOLDER, workerArchive } from '../engine/index.ts';
import { type ContainerSpec, containerOptions } from './container-spec.ts';
import { removeContainer } from './remove-container.ts';

/** A container that was made, and not started yet. */
export interface AttachedContainer {
  readonly container: Docker.Container;
  readonly name: string;
  /** Its stdin, and both of its outputs as `AttachedOutput` takes them apart. */
  readonly stream: Socket;
}

/** Makes a container, puts the worker into it and attaches to it; whoever listens starts it. @throws what the engine says */
export async function attachContainer(engine: Engine, spec: ContainerSpec): Promise<AttachedContainer> {
  const options = containerOptions(spec);
  const container = await engine.docker.createContainer(options);
  try {
    // Where its folder is a volume, nothing beside it can be written.
    const isMounted = spec.config.readOnly === true;
    const archive = await workerArchive(isMounted ? '' : `${WORKER_FOLDER.slice(1)}/`, {}, spec.workerCode);
    // First: Podman mounts the container when it is attached to, and what is put in then is lost.
    await container.putArchive(archive, { path: isMounted ? WORKER_FOLDER : '/' });
    const stream = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
    return { container, name: options.name ?? container.id, stream: stream as Socket }; // of an upgraded connection
  } catch (error) {
    await removeContainer(container).catch(() => {}); // why it was not made matters more
    throw error;
  }
}

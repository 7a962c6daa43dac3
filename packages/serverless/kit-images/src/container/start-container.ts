import { InvocationError, type PluginLogger, RuntimeNotFoundError } from '@lithops/core/plugin';
import {
  type Engine,
  engineError,
  engineMessage,
  isOldNode,
  noNodeError,
  oldNodeError,
  statusOf,
} from '../engine/index.ts';
import { ChannelFolder } from './channel-folder.ts';
import type { ContainerSpec } from './container-spec.ts';
import { WorkerContainer } from './worker-container.ts';

/** A container to be started; whether it is tried to reach its processes directly. */
export interface ContainerRequest extends Omit<ContainerSpec, 'channel'> {
  readonly direct: boolean;
}

/** How an engine says that the user may not run what is in the image. */
const FORBIDDEN = /permission denied|unable to find user|no matching entries in passwd/i;
const NO_NODE = /"?node"?: executable file not found|node: no such file|executable.*node.*not found/i;

/**
 * Starts a container and waits until its worker answers. As the user that was chosen; where the image does not let that one
 * run Node, as the image's own.
 * @throws RuntimeNotFoundError when the image has no Node, an old one, or one for another processor; InvocationError, WorkerLostError
 */
export async function startContainer(
  engine: Engine,
  image: string,
  spec: ContainerRequest,
  logger: PluginLogger,
): Promise<WorkerContainer> {
  try {
    return await startAnswering(engine, image, spec, logger);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const ownUser = spec.config.user === undefined && spec.user !== undefined;
    if (ownUser && FORBIDDEN.test(message)) {
      logger.info(`${image} does not let user ${spec.user} run Node; running as the image's own user`);
      return startContainer(engine, image, { ...spec, user: undefined }, logger);
    }
    throw error;
  }
}

async function startAnswering(
  engine: Engine,
  image: string,
  spec: ContainerRequest,
  logger: PluginLogger,
): Promise<WorkerContainer> {
  let container: WorkerContainer;
  try {
    container = await startWithChannel(engine, image, spec, logger);
  } catch (error) {
    const message = engineMessage(error);
    if (NO_NODE.test(message)) throw noNodeError(image, spec.image.path, error);
    throw wrongProcessor(message, image, spec, error) ?? engineError(error, `no container of ${image}`, engine.address);
  }
  try {
    const { nodeVersion } = await container.nodeFacts();
    if (isOldNode(nodeVersion)) throw oldNodeError(image, nodeVersion);
    await container.chooseWay();
    return container;
  } catch (error) {
    const { stderr } = container;
    await container.close().catch(() => {}); // it has ended, or is swept later
    const version = /Node\.js (v\d+\.\d+\.\d+)/.exec(stderr)?.[1];
    if (version !== undefined && isOldNode(version)) throw oldNodeError(image, version);
    throw wrongProcessor(stderr, image, spec, error) ?? noAnswer(error, stderr, image);
  }
}

/** With a folder for a direct channel, or without one where the engine does not let a container have it. */
async function startWithChannel(
  engine: Engine,
  image: string,
  { direct, ...spec }: ContainerRequest,
  logger: PluginLogger,
): Promise<WorkerContainer> {
  const attached = () => WorkerContainer.start(engine, image, spec, logger);
  if (!direct) return attached();
  let channel: ChannelFolder;
  try {
    channel = await ChannelFolder.create(spec.processes);
  } catch (error) {
    logger.debug(`there can be no direct channel to containers here: ${String(error)}`);
    return attached();
  }
  try {
    return await WorkerContainer.start(engine, image, { ...spec, channel }, logger);
  } catch (error) {
    await channel.remove();
    if (statusOf(error) !== 403 && !channel.isIn(engineMessage(error))) throw error;
    logger.debug(`the engine allows no direct channel: ${engineMessage(error)}`);
    return attached();
  }
}

function wrongProcessor(
  message: string,
  image: string,
  { image: { platform } }: ContainerRequest,
  cause: unknown,
): RuntimeNotFoundError | undefined {
  if (!/exec format error/i.test(message)) return undefined;
  return new RuntimeNotFoundError(`image ${image} is made for another processor (it says ${platform})`, {
    hint: 'pull it for this one: set platform, or pull_runtime; or have the engine emulate it',
    cause,
  });
}

/** Errors that nobody expected are told as they are. */
function noAnswer(error: unknown, stderr: string, image: string): unknown {
  if (!(error instanceof Error) || stderr === '' || error.message.includes('it last wrote')) return error;
  return new InvocationError(`the worker in ${image} did not answer: ${error.message}; it wrote: ${stderr.trim()}`, {
    cause: error,
  });
}

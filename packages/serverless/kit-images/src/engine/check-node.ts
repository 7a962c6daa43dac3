import { text } from 'node:stream/consumers';
import { RuntimeNotFoundError } from '@lithops/core/plugin';
import { HOW_TO_BUILD, isOldNode, noNodeError, oldNodeError } from '../image/node-version.ts';
import type { Engine } from './engine.ts';
import { engineError, engineMessage } from './engine-errors.ts';

const NO_NODE = /"?node"?: executable file not found|node: no such file|executable.*node.*not found/i;
const OTHER_PROCESSOR = /exec format error/i;

export interface NodeCheck {
  /** Name of an image that has the worker. */
  readonly image: string;
  /** What the user calls it. */
  readonly name: string;
  /** Folders in which it looks for Node. */
  readonly path: string;
  /** The platform that was asked for; one of another processor cannot be run everywhere. */
  readonly platform: string | undefined;
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** Runs the Node of an image. @throws RuntimeNotFoundError when there is none, or one that will not do */
export async function checkNode(engine: Engine, { image, name, path, platform, onOutput }: NodeCheck): Promise<void> {
  const said = await versionSaid(engine, image).catch((error: unknown) => {
    const message = engineMessage(error);
    if (OTHER_PROCESSOR.test(message)) return message;
    if (NO_NODE.test(message)) throw noNodeError(name, path, error);
    throw engineError(error, `no container of ${name}`, engine.address);
  });
  const version = /v(\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (version !== undefined && isOldNode(version)) throw oldNodeError(name, version);
  if (version !== undefined) return;
  if (!OTHER_PROCESSOR.test(said))
    throw new RuntimeNotFoundError(`the Node of image ${name} does not run: ${said.trim()}`, { hint: HOW_TO_BUILD });
  if (platform === undefined)
    throw new RuntimeNotFoundError(`image ${name} is made for another processor`, {
      hint: 'say for which it is meant: set platform',
    });
  onOutput?.(`${name} is for ${platform}, which does not run here: its Node was not tried\n`);
}

async function versionSaid({ docker }: Engine, image: string): Promise<string> {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['node'],
    Cmd: ['--version'],
    // One stream, of stdout and stderr.
    Tty: true,
    AttachStdout: true,
    AttachStderr: true,
    NetworkDisabled: true,
    HostConfig: { LogConfig: { Type: 'none', Config: {} } },
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const said = text(stream);
    await container.start();
    return await said;
  } finally {
    await container.remove({ force: true });
  }
}

import { ConfigError, type PluginLogger, parseImageReference, RuntimeNotFoundError } from '@lithops/core/plugin';
import { registryCredentials } from '../credentials/registry-credentials.ts';
import type { ConfiguredLogin, RegistryLogin } from '../credentials/registry-login.ts';
import type { Engine } from './engine.ts';
import { engineError, engineMessage, statusOf } from './engine-errors.ts';
import { followProgress } from './follow-progress.ts';
import { PullProgress } from './pull-progress.ts';

/** How often progress is told, in ms. */
const TELL_MS = 1000;

/** Fetches an image from its registry, and tells how far it is. @throws RuntimeNotFoundError, ConfigError, InvocationError */
export async function pullImage(
  engine: Engine,
  image: string,
  config: ConfiguredLogin & { readonly platform?: string | undefined; readonly login?: RegistryLogin | undefined },
  { logger, signal }: { readonly logger: PluginLogger; readonly signal: AbortSignal },
): Promise<void> {
  const reference = parseImageReference(image);
  if (reference === undefined)
    throw new RuntimeNotFoundError(`there is no image ${image} here, and an id cannot be fetched`, {
      hint: 'give its name, or see `docker images`',
    });
  const login = config.login ?? (await registryCredentials(reference, config));
  const doing = `image ${image} could not be pulled from ${reference.registry}`;
  logger.info(`pulling image ${image}`);
  const terminal = process.stderr.isTTY ? process.stderr : undefined;
  const progress = new PullProgress();
  let toldAt = 0;
  try {
    const stream = await engine.docker.pull(named(image, reference.tag ?? reference.digest), {
      ...(login !== undefined && { authconfig: login }),
      ...(config.platform !== undefined && { platform: config.platform }),
      abortSignal: signal,
    });
    await followProgress(stream, signal, (line) => {
      if (!progress.add(line) || performance.now() - toldAt < TELL_MS) return;
      toldAt = performance.now();
      logger.info(`pulling image ${image}: ${progress}`);
      terminal?.write(`\r\u001b[Kpulling image ${image}: ${progress}`);
    });
  } catch (error) {
    throw pullError(error, image, doing, login !== undefined) ?? engineError(error, doing, engine.address);
  } finally {
    if (toldAt > 0) terminal?.write('\r\u001b[K');
  }
}

/** Without a tag an engine would fetch all there are. */
function named(image: string, version: string | undefined): string {
  return version === undefined ? `${image}:latest` : image;
}

function pullError(error: unknown, image: string, doing: string, loggedIn: boolean): Error | undefined {
  const message = engineMessage(error);
  if (/unauthorized|authentication required|incorrect username or password|no basic auth|denied/i.test(message)) {
    const registry = parseImageReference(image)?.registry ?? '';
    const login = `\`docker login${registry === 'docker.io' ? '' : ` ${registry}`}\``;
    return new ConfigError(`${doing}: ${message}`, {
      hint: loggedIn
        ? `the stored credentials were not accepted, or do not reach this image: ${login} again, or correct the name`
        : `if the image is private, ${login}; if it is a file that was meant, write ./${image}`,
      cause: error,
    });
  }
  if (statusOf(error) === 404 || /not found|manifest unknown|does not exist|no matching manifest/i.test(message))
    return new RuntimeNotFoundError(`${doing}: ${message}`, {
      hint: `correct runtime, or build it: lithops runtime build ${image} -f Dockerfile`,
      cause: error,
    });
  return undefined;
}

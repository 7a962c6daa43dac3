import { ConfigError, InvocationError, parseImageReference } from '@lithops/core/plugin';
import { registryCredentials } from '../credentials/registry-credentials.ts';
import type { ConfiguredLogin } from '../credentials/registry-login.ts';
import type { Engine } from './engine.ts';
import { engineError, engineMessage } from './engine-errors.ts';
import { followProgress } from './follow-progress.ts';
import { PullProgress } from './pull-progress.ts';

export interface PushOptions {
  readonly login?: ConfiguredLogin | undefined;
  readonly onOutput?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const TELL_MS = 1000;

/** Has an engine send an image to its registry. @returns its digest there. @throws ConfigError, InvocationError */
export async function pushImage(engine: Engine, name: string, options: PushOptions): Promise<string> {
  const { login, onOutput, signal } = options;
  const registry = parseImageReference(name)?.registry ?? 'docker.io';
  const authconfig = await registryCredentials({ registry }, login ?? {});
  const doing = `image ${name} could not be pushed to ${registry}`;
  const progress = new PullProgress();
  let toldAt = performance.now();
  let digest: string | undefined;
  try {
    const stream = await engine.docker.getImage(name).push({
      // Some engines want one from everybody.
      authconfig: authconfig ?? { username: '', password: '', serveraddress: registry },
      ...(signal !== undefined && { abortSignal: signal }),
    });
    await followProgress(stream, signal, (line) => {
      digest = line.aux?.Digest ?? digest;
      if (!progress.add(line) || performance.now() - toldAt < TELL_MS) return;
      toldAt = performance.now();
      onOutput?.(`pushing ${name}: ${progress}\n`);
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw refusal(error, doing, registry, authconfig !== undefined) ?? engineError(error, doing, engine.address);
  }
  if (digest === undefined) throw new InvocationError(`${doing}: the engine did not tell its digest`);
  return digest;
}

function refusal(error: unknown, doing: string, registry: string, hasLogin: boolean): ConfigError | undefined {
  const message = engineMessage(error);
  if (!/unauthorized|authentication required|incorrect username or password|no basic auth|denied/i.test(message))
    return undefined;
  const login = `\`docker login${registry === 'docker.io' ? '' : ` ${registry}`}\``;
  return new ConfigError(`${doing}: ${message}`, {
    hint: hasLogin
      ? `the credentials for ${registry} were not accepted, or may not do this: ${login} again, or correct docker_user, docker_password and the name`
      : `there are no credentials for ${registry}: ${login}, or set docker_server, docker_user and docker_password`,
    cause: error,
  });
}

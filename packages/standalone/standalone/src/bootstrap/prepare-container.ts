import { ConfigError, InvocationError, parseImageReference, RuntimeNotFoundError } from '@lithops/core/plugin';
import {
  type ContainerSettings,
  containerEnvironment,
  containerEnvironmentName,
  type PrepareAnswer,
  type PrepareRequest,
} from '../protocol/container-environment.ts';
import type { FolderLayout } from '../protocol/folder-layout.ts';
import { quote } from '../ssh/quote.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';

/** Images may be large, and registries far. */
const PREPARE_MS = 1_800_000;

/**
 * Has a machine that has an engine pull the image and try it. Credentials for its registry, of the configuration or what
 * `docker login` has stored here, go there on the stdin of a command, and are kept nowhere.
 * @returns the name of the environment there
 * @throws RuntimeNotFoundError, ConfigError, InvocationError
 */
export async function prepareContainer(
  connection: SshConnection,
  { runContainer }: FolderLayout,
  release: string,
  settings: ContainerSettings,
  progress: (text: string) => void,
): Promise<string> {
  const environment = containerEnvironment(settings);
  const name = containerEnvironmentName(environment);
  const { registryCredentials } = await import('@lithops/kit-images');
  const reference = parseImageReference(settings.image);
  const login = reference && (await registryCredentials(reference, settings.config));
  const request: PrepareRequest = {
    environment,
    pullRuntime: settings.config.pullRuntime === true,
    ...(login !== undefined && { login }),
  };
  const { stdout, stderr } = await connection.run(`${quote(runContainer)} ${release} prepare ${name}`, {
    input: JSON.stringify(request),
    withinMs: PREPARE_MS,
    onStderr: (text) => progress(text.trim()),
  });
  const answer = parseAnswer(stdout);
  if (answer === undefined)
    throw new InvocationError(`${connection.where}: image ${settings.image} could not be tried: ${stderr.trim()}`);
  if (answer.ok) return name;
  const message = `${connection.where}: ${answer.message}`;
  if (answer.code === 'RUNTIME_NOT_FOUND') throw new RuntimeNotFoundError(message);
  if (answer.code === 'CONFIG_INVALID') throw new ConfigError(message);
  throw new InvocationError(message);
}

function parseAnswer(text: string): PrepareAnswer | undefined {
  try {
    return JSON.parse(text) as PrepareAnswer; // as our own program writes it
  } catch {
    return undefined;
  }
}

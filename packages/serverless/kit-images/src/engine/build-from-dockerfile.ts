import { readDockerConfig } from '../credentials/docker-config-file.ts';
import { registryCredentials } from '../credentials/registry-credentials.ts';
import type { BuildContext } from './build-context.ts';
import type { Engine } from './engine.ts';
import { engineError, engineMessage } from './engine-errors.ts';
import { followProgress } from './follow-progress.ts';

export interface DockerfileBuild {
  /** What the image is to be called. */
  readonly name: string;
  readonly context: Pick<BuildContext, 'archive' | 'dockerfile'>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly platform?: string | undefined;
  /** Ask registries for newer images than those that are here, and run every instruction anew. */
  readonly fresh?: boolean | undefined;
  /** Told what the build prints, a piece at a time. */
  readonly onOutput?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const LAST_LINES = 10;

/** Has an engine build an image. @throws InvocationError with what the build said last */
export async function buildFromDockerfile(engine: Engine, build: DockerfileBuild): Promise<void> {
  const { name, context, labels, platform, fresh, onOutput, signal } = build;
  const last: string[] = [];
  try {
    const stream = await engine.docker.buildImage(context.archive(), {
      t: name,
      dockerfile: context.dockerfile,
      registryconfig: await storedLogins(),
      ...(labels !== undefined && { labels }),
      ...(platform !== undefined && { platform }),
      ...(fresh === true && { nocache: true, pull: true }),
      ...(signal !== undefined && { abortSignal: signal }),
    });
    await followProgress(stream, signal, (line) => {
      const text = line.stream ?? (line.status === undefined ? '' : `${line.status}\n`);
      last.push(...text.split('\n').filter((one) => one.trim() !== ''));
      last.splice(0, last.length - LAST_LINES);
      onOutput?.(text);
    });
  } catch (error) {
    signal?.throwIfAborted();
    const where = last.length === 0 ? '' : ` after '${last.join('\n  ')}'`;
    const failure = new Error(engineMessage(error), { cause: error });
    throw engineError(failure, `${name} was not built${where}`, engine.address);
  }
}

/** A Dockerfile may begin with a private image. */
async function storedLogins(): Promise<Record<string, { readonly username: string; readonly password: string }>> {
  const stored = readDockerConfig();
  const servers = [...Object.keys(stored.auths ?? {}), ...Object.keys(stored.credHelpers ?? {})];
  const logins = await Promise.all(
    servers.map(async (server) => {
      const registry = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
      const login = await registryCredentials(
        { registry: registry === 'index.docker.io' ? 'docker.io' : registry },
        {},
        stored,
      );
      return login === undefined ? [] : [[server, { username: login.username, password: login.password }] as const];
    }),
  );
  return Object.fromEntries(logins.flat());
}

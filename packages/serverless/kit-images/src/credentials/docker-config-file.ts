import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@lithops/core/plugin';

/** What we read of Docker's own configuration, `~/.docker/config.json`. */
export interface DockerConfigFile {
  readonly currentContext?: string;
  readonly auths?: Readonly<Record<string, StoredLogin>>;
  /** Suffix of the program that keeps all credentials: `docker-credential-<suffix>`. */
  readonly credsStore?: string;
  /** The same for single registries. */
  readonly credHelpers?: Readonly<Record<string, string>>;
}

export interface StoredLogin {
  /** `user:password`, base64. */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

/** The folder with Docker's configuration. */
export function dockerConfigFolder(env: NodeJS.ProcessEnv = process.env): string {
  const configured = env['DOCKER_CONFIG'];
  return configured !== undefined && configured !== '' ? configured : join(env['HOME'] ?? homedir(), '.docker');
}

/** Empty when there is none. @throws ConfigError when it cannot be understood */
export function readDockerConfig(env: NodeJS.ProcessEnv = process.env): DockerConfigFile {
  const file = join(dockerConfigFolder(env), 'config.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return {};
    throw new ConfigError(`${file} cannot be read: ${String(error)}`, { cause: error });
  }
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null ? content : {};
  } catch {
    // Its text is not told: it may hold passwords.
    throw new ConfigError(`${file} is no JSON`, { hint: 'correct or remove it; `docker login` writes it anew' });
  }
}

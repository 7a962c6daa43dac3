import { execFile } from 'node:child_process';
import { ConfigError, type ImageReference } from '@lithops/core/plugin';
import { type DockerConfigFile, readDockerConfig, type StoredLogin } from './docker-config-file.ts';
import type { ConfiguredLogin, RegistryLogin } from './registry-login.ts';

/** How Docker's configuration calls Docker Hub. */
const HUB = 'https://index.docker.io/v1/';
/** What credential helpers give as the user of a token. */
const TOKEN_USER = '<token>';

/**
 * The credentials for the registry of an image: of the configuration, else what `docker login` has stored, in its file or
 * with a credential helper. Undefined where there are none: many images are public.
 * @throws ConfigError when a helper fails
 */
export async function registryCredentials(
  { registry }: Pick<ImageReference, 'registry'>,
  config: ConfiguredLogin,
  stored: DockerConfigFile = readDockerConfig(),
): Promise<RegistryLogin | undefined> {
  const { dockerServer = 'docker.io', dockerUser, dockerPassword } = config;
  const serveraddress = registry === 'docker.io' ? HUB : registry;
  if (dockerUser !== undefined && dockerPassword !== undefined && hostOf(dockerServer) === hostOf(serveraddress))
    return { username: dockerUser, password: dockerPassword, serveraddress };
  const helper = stored.credHelpers?.[registry] ?? stored.credsStore;
  if (helper !== undefined) {
    const login = await askHelper(helper, serveraddress);
    if (login !== undefined) return login;
  }
  const entry = Object.entries(stored.auths ?? {}).find(([server]) => hostOf(server) === hostOf(serveraddress));
  return entry && fromStored(entry[1], serveraddress);
}

/** `https://index.docker.io/v1/` and `docker.io` are the same, as is a server with and without its scheme. */
function hostOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
}

function fromStored(login: StoredLogin, serveraddress: string): RegistryLogin | undefined {
  const { auth, identitytoken, username, password } = login;
  if (identitytoken !== undefined && identitytoken !== '') return tokenLogin(identitytoken, serveraddress);
  if (username !== undefined && password !== undefined) return { username, password, serveraddress };
  if (auth === undefined || auth === '') return undefined;
  const text = Buffer.from(auth, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) throw new ConfigError(`the login for ${serveraddress} in Docker's configuration cannot be read`);
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, ''), serveraddress };
}

function tokenLogin(identitytoken: string, serveraddress: string): RegistryLogin {
  return { username: '', password: '', serveraddress, identitytoken };
}

interface HelperAnswer {
  readonly Username?: string;
  readonly Secret?: string;
}

/** By the protocol of https://github.com/docker/docker-credential-helpers: the server in, the login out. */
async function askHelper(suffix: string, serveraddress: string): Promise<RegistryLogin | undefined> {
  const program = `docker-credential-${suffix}`;
  const { error, stdout } = await new Promise<{ readonly error: Error | null; readonly stdout: string }>((resolve) => {
    const child = execFile(program, ['get'], (failure, output) => resolve({ error: failure, stdout: output }));
    child.stdin?.on('error', () => {}).end(serveraddress);
  });
  if (error !== null) {
    if (/credentials not found/i.test(stdout)) return undefined;
    const why = 'code' in error && error.code === 'ENOENT' ? 'it is not installed' : stdout.trim() || 'it failed';
    throw new ConfigError(`${program}, which keeps the login for ${serveraddress}, gave none: ${why}`, {
      hint: "install it, or correct credsStore and credHelpers in Docker's config.json",
    });
  }
  const { Username = '', Secret = '' }: HelperAnswer = JSON.parse(stdout);
  if (Username === TOKEN_USER) return tokenLogin(Secret, serveraddress);
  return { username: Username, password: Secret, serveraddress };
}

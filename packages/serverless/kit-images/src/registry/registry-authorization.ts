import { ConfigError } from '@lithops/core/plugin';
import type { RegistryLogin } from '../credentials/registry-login.ts';

/** What a registry demands with status 401. */
export interface Challenge {
  readonly scheme: 'basic' | 'bearer';
  /** `realm`, `service`, `scope`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads `WWW-Authenticate`; undefined where it names nothing that we can do. */
export function parseChallenge(header: string): Challenge | undefined {
  const scheme = /^\s*(basic|bearer)\b/i.exec(header)?.[1]?.toLowerCase();
  if (scheme !== 'basic' && scheme !== 'bearer') return undefined;
  const pairs = [...header.matchAll(/(\w+)\s*=\s*"([^"]*)"/g)];
  return {
    scheme,
    parameters: Object.fromEntries(pairs.map(([, name = '', value = '']) => [name.toLowerCase(), value])),
  };
}

/** A request for a token, by which a bearer challenge is met. */
export interface TokenRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export function basicAuthorization({ username, password }: RegistryLogin): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/**
 * As https://distribution.github.io/distribution/spec/auth has it: a GET with the login, or none for public images; a POST
 * for logins that are tokens themselves.
 * @throws ConfigError when the registry sends the login somewhere without TLS that it was not given for
 */
export function tokenRequest(
  { parameters }: Challenge,
  scopes: readonly string[],
  login: RegistryLogin | undefined,
  registryOrigin: string,
): TokenRequest {
  const { realm = '', service } = parameters;
  const url = new URL(realm, registryOrigin);
  if (login !== undefined && url.protocol === 'http:' && registryOrigin.startsWith('https:'))
    throw new ConfigError(`${registryOrigin} wants its login sent to ${url.origin}, which has no TLS`);
  if (login?.identitytoken !== undefined) {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'lithops', scope: scopes.join(' ') });
    if (service !== undefined) form.set('service', service);
    form.set('refresh_token', login.identitytoken);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { url, method: 'POST', headers, body: form.toString() };
  }
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  return { url, method: 'GET', headers: login === undefined ? {} : { authorization: basicAuthorization(login) } };
}

/** The token in the answer to a {@link TokenRequest}; undefined when there is none in it. */
export function readToken(body: string): string | undefined {
  const { token, access_token: accessToken }: { readonly token?: unknown; readonly access_token?: unknown } =
    JSON.parse(body);
  return [token, accessToken].find((value) => typeof value === 'string' && value !== '') as string | undefined; // found to be one
}

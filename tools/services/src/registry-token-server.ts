import { randomUUID, sign, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { makeCertificate } from './certificate.ts';
import type { Service } from './service-process.ts';

export interface TokenUser {
  readonly user: string;
  readonly password: string;
  /** A login that is a token itself, as `docker login` keeps for some registries. */
  readonly identityToken: string;
}

export interface RegistryTokenServer extends Service {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  readonly certificateFile: string;
  /** How it was asked for tokens, and for what. */
  readonly asked: readonly { readonly method: string; readonly scopes: readonly string[]; readonly user: string }[];
}

const [SERVICE, ISSUER] = ['lithops-test-registry', 'lithops-test-issuer'];

/** Gives tokens for a registry, as Docker Hub does: to its user for all, to others for reading what is in `public/`. */
export async function startRegistryTokenServer(user: TokenUser): Promise<RegistryTokenServer> {
  const certificate = await makeCertificate();
  const key = readFileSync(certificate.keyFile, 'utf8');
  const der = new X509Certificate(readFileSync(certificate.certificateFile)).raw.toString('base64');
  const asked: RegistryTokenServer['asked'][number][] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const form = await readForm(request);
    const scopes = form.getAll('scope').flatMap((scope) => scope.split(' '));
    const who = whoAsks(request, form, user);
    asked.push({ method: request.method ?? '', scopes, user: who ?? 'refused' });
    response.setHeader('content-type', 'application/json');
    if (who === undefined) response.writeHead(401).end('{"details":"incorrect username or password"}');
    else response.end(JSON.stringify({ token: tokenFor(who, scopes, { key, der }) }));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the token server has no TCP port');
  return {
    port: address.port,
    realm: `http://127.0.0.1:${address.port}/token`,
    service: SERVICE,
    issuer: ISSUER,
    certificateFile: certificate.certificateFile,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await certificate[Symbol.asyncDispose]();
    },
  };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (request.method === 'POST') return new URLSearchParams(await text(request));
  return new URL(request.url ?? '/', 'http://tokens').searchParams;
}

/** Undefined for who says he is somebody and is not. */
function whoAsks(request: IncomingMessage, form: URLSearchParams, user: TokenUser): string | undefined {
  if (request.method === 'POST')
    return form.get('grant_type') === 'refresh_token' && form.get('refresh_token') === user.identityToken
      ? user.user
      : undefined;
  const { authorization } = request.headers;
  if (authorization === undefined) return 'anonymous';
  const login = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
  return login === `${user.user}:${user.password}` ? user.user : undefined;
}

function tokenFor(
  who: string,
  scopes: readonly string[],
  signer: { readonly key: string; readonly der: string },
): string {
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type = '', name = '', actions = ''] = scope.split(':');
    const mayRead = who !== 'anonymous' || name.startsWith('public/');
    const allowed = who === 'anonymous' ? ['pull'] : ['pull', 'push'];
    return { type, name, actions: mayRead ? actions.split(',').filter((action) => allowed.includes(action)) : [] };
  });
  const claims = {
    iss: ISSUER,
    sub: who,
    aud: SERVICE,
    nbf: now - 10,
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
    access,
  };
  const head = { typ: 'JWT', alg: 'RS256', x5c: [signer.der] };
  const signed = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign('sha256', Buffer.from(signed), signer.key).toString('base64url')}`;
}

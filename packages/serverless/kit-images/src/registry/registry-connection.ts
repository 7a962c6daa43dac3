import type { Readable } from 'node:stream';
import { LithopsError } from '@lithops/core/plugin';
import { type Dispatcher, EnvHttpProxyAgent, request as httpRequest } from 'undici';
import type { RegistryLogin } from '../credentials/registry-login.ts';
import { basicAuthorization, parseChallenge, readToken, tokenRequest } from './registry-authorization.ts';
import { RegistryFailure } from './registry-failure.ts';
import { registryOrigin } from './registry-origin.ts';
import { RegistryRefusal } from './registry-refusal.ts';
import { withPatience } from './with-patience.ts';

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT';
  /** From the registry's root, or the whole address that it gave for this. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt. */
  readonly body?: () => Uint8Array | Promise<Readable>;
  /** What a token must allow: `repository:team/image:pull`. */
  readonly scopes: readonly string[];
  /** Statuses that are answers, where others are refusals. Default: those below 300. */
  readonly expected?: readonly number[];
  /** Whether it may be sent again when it failed by what may pass. Default: yes. */
  readonly repeatable?: boolean;
}

export type RegistryAnswer = Dispatcher.ResponseData;

export interface RegistryConnectionOptions {
  readonly registry: string;
  readonly login: RegistryLogin | undefined;
  readonly insecure?: readonly string[];
  readonly signal?: AbortSignal;
}

const MOST_REDIRECTS = 5;

/** Sends requests to one registry: with its login, through the proxy that the environment names, again where that may help. */
export class RegistryConnection {
  readonly registry: string;
  readonly hasLogin: boolean;
  readonly #options: RegistryConnectionOptions;
  readonly #origin: string;
  readonly #agent = new EnvHttpProxyAgent({ connect: { timeout: 15_000 } });
  /** `Authorization` by scopes; Basic is the same for all. */
  readonly #authorizations = new Map<string, string>();

  constructor(options: RegistryConnectionOptions) {
    this.registry = options.registry;
    this.hasLogin = options.login !== undefined;
    this.#options = options;
    this.#origin = registryOrigin(options.registry, options.insecure);
  }

  /** @throws RegistryFailure; the reason of the signal; ConfigError when the login would go where it must not */
  async send(request: RegistryRequest): Promise<RegistryAnswer> {
    const attempt = () => this.#attempt(request);
    try {
      return await (request.repeatable === false ? attempt() : this.patiently(attempt));
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Says of an error which registry it came from; what nobody can act on there stays as it is. */
  failure(error: unknown): unknown {
    const { signal } = this.#options;
    if (signal?.aborted === true) return signal.reason;
    return error instanceof RegistryFailure || LithopsError.is(error) ? error : new RegistryFailure(this, error);
  }

  /** Does something with the registry again when it failed by what may pass. */
  patiently<Value>(act: () => Promise<Value>): Promise<Value> {
    return withPatience(act, this.#options.signal);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #attempt(request: RegistryRequest): Promise<RegistryAnswer> {
    const key = request.scopes.join(' ');
    const first = await this.#exchange(request, this.#authorizations.get(key));
    const answer = first.statusCode === 401 ? await this.#authorized(first, request, key) : first;
    const { expected } = request;
    const isExpected = expected === undefined ? answer.statusCode < 300 : expected.includes(answer.statusCode);
    if (isExpected) return answer;
    throw new RegistryRefusal(answer.statusCode, await answer.body.text());
  }

  /** Meets what a registry demands, and asks once more. */
  async #authorized(refused: RegistryAnswer, request: RegistryRequest, key: string): Promise<RegistryAnswer> {
    const challenge = parseChallenge(String(refused.headers['www-authenticate'] ?? ''));
    const { login } = this.#options;
    this.#authorizations.delete(key);
    const isHopeless = challenge === undefined || (challenge.scheme === 'basic' && login === undefined);
    if (isHopeless) throw new RegistryRefusal(401, await refused.body.text());
    await refused.body.dump();
    const authorization =
      challenge.scheme === 'basic'
        ? login && basicAuthorization(login)
        : `Bearer ${await this.#token(tokenRequest(challenge, request.scopes, login, this.#origin))}`;
    if (authorization !== undefined) this.#authorizations.set(key, authorization);
    return this.#exchange(request, authorization);
  }

  async #token({ url, ...request }: ReturnType<typeof tokenRequest>): Promise<string> {
    const answer = await httpRequest(url, { ...request, ...this.#abortable(), dispatcher: this.#agent });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new RegistryRefusal(answer.statusCode, text);
    const token = readToken(text);
    if (token === undefined) throw new RegistryRefusal(401, `${url.origin} gave no token`);
    return token;
  }

  /** One request, and where it is sent on to. A login goes to the registry only. */
  async #exchange(request: RegistryRequest, authorization: string | undefined): Promise<RegistryAnswer> {
    let url = new URL(request.path, this.#origin);
    for (let redirects = 0; ; redirects++) {
      const body = request.body?.();
      const answer = await httpRequest(url, {
        method: request.method,
        headers: {
          ...request.headers,
          ...(authorization !== undefined && url.origin === this.#origin && { authorization }),
        },
        ...(body !== undefined && { body: await body }),
        ...this.#abortable(),
        dispatcher: this.#agent,
      });
      const { location } = answer.headers;
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.statusCode) && typeof location === 'string';
      if (!isRedirect || redirects === MOST_REDIRECTS) return answer;
      await answer.body.dump();
      url = new URL(location, url);
    }
  }

  #abortable(): { readonly signal?: AbortSignal } {
    const { signal } = this.#options;
    return signal === undefined ? {} : { signal };
  }
}

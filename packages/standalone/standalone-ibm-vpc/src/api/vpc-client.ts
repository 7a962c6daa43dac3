import { setTimeout as delay } from 'node:timers/promises';
import { LithopsError } from '@lithops/core/plugin';
import { BaseService } from 'ibm-cloud-sdk-core';
import { VpcApiError } from './api-error.ts';
import { IamTokens } from './iam.ts';

/** The behaviour that was programmed for, out of those that the service has had. */
const API_VERSION = '2025-04-22';
const GENERATION = 2;
const PAGE = 100;
/** How often something is asked that the service has no time for, and how long it is waited for at most, in ms. */
const MOST_TRIES = 8;
const LONGEST_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 500;

export interface VpcClientOptions {
  /** Without `/v1`. */
  readonly endpoint: string;
  readonly apiKey: string;
  readonly iamEndpoint: string | undefined;
}

export interface VpcRequest {
  readonly signal: AbortSignal;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
  /** The version of what is changed, where others might change it, too. */
  readonly ifMatch?: string;
}

export interface VpcAnswer<Result> {
  readonly result: Result;
  readonly etag: string | undefined;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Requests to the API of IBM Cloud VPC, by the core that IBM's own SDKs are made of. The SDK itself (`ibm-vpc`) is 5 MB of generated
 * code for 500 operations, of which we need 25.
 */
export class VpcClient extends BaseService {
  constructor({ endpoint, apiKey, iamEndpoint }: VpcClientOptions) {
    super({
      serviceUrl: `${endpoint.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`,
      authenticator: new IamTokens(apiKey, iamEndpoint),
    });
  }

  /**
   * @param path below `/v1`, with all that is in it encoded
   * @throws VpcApiError; ConfigError and InvocationError when IAM gives no token; the reason of the signal
   */
  async request<Result>(method: Method, path: string, options: VpcRequest): Promise<VpcAnswer<Result>> {
    const { signal } = options;
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted();
      try {
        return await this.#send<Result>(method, path, options);
      } catch (error) {
        signal.throwIfAborted();
        if (LithopsError.is(error)) throw error;
        const failure = VpcApiError.of(error);
        const isRefused = failure.status === 429;
        // What was perhaps done is not to be done twice; that it was not for lack of time is certain.
        const mayRepeat = isRefused || (failure.isPassing && method !== 'POST');
        if (!mayRepeat || tries === MOST_TRIES) throw failure;
        const wait = failure.retryAfter === undefined ? FIRST_WAIT_MS * 2 ** (tries - 1) : failure.retryAfter * 1000;
        // Several clients that were told the same time do not come back at the same time.
        await delay(Math.min(wait, LONGEST_WAIT_MS) + Math.random() * FIRST_WAIT_MS, undefined, { signal });
      }
    }
  }

  async get<Result>(path: string, options: VpcRequest): Promise<Result> {
    return (await this.request<Result>('GET', path, options)).result;
  }

  /** Undefined when there is none. */
  async find<Result>(path: string, options: VpcRequest): Promise<Result | undefined> {
    try {
      return await this.get<Result>(path, options);
    } catch (error) {
      if (error instanceof VpcApiError && error.isMissing) return undefined;
      throw error;
    }
  }

  async post<Result>(path: string, body: object, options: VpcRequest): Promise<Result> {
    return (await this.request<Result>('POST', path, { ...options, body })).result;
  }

  /** Whether it was there. */
  async remove(path: string, options: VpcRequest): Promise<boolean> {
    try {
      await this.request<unknown>('DELETE', path, options);
      return true;
    } catch (error) {
      if (error instanceof VpcApiError && error.isMissing) return false;
      throw error;
    }
  }

  /** All of a collection, whatever the number of its pages. @param path of the collection, whose name is the property that has it */
  async list<Item>(path: string, { signal, query = {} }: VpcRequest): Promise<readonly Item[]> {
    const property = path.slice(path.lastIndexOf('/') + 1);
    const items: Item[] = [];
    for (let start: string | undefined; ; ) {
      const page = await this.get<Page>(path, {
        signal,
        query: { ...query, limit: PAGE, ...(start !== undefined && { start }) },
      });
      items.push(...((page[property] ?? []) as readonly Item[])); // as the service documents it
      const next = page.next?.href;
      start = next === undefined ? undefined : (new URL(next).searchParams.get('start') ?? undefined);
      if (start === undefined) return items;
    }
  }

  async #send<Result>(method: Method, path: string, options: VpcRequest): Promise<VpcAnswer<Result>> {
    const { signal, query, body, ifMatch } = options;
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const { serviceUrl } = this.baseOptions;
    const answer: { readonly result: Result; readonly headers?: Readonly<Record<string, string>> } =
      await this.createRequest({
        options: {
          url: path,
          method,
          qs: { version: API_VERSION, generation: GENERATION, ...query },
          ...(body !== undefined && { body }),
        },
        defaultOptions: {
          serviceUrl,
          headers: {
            Accept: 'application/json',
            ...(body !== undefined && { 'Content-Type': contentType }),
            ...(ifMatch !== undefined && { 'If-Match': ifMatch }),
          },
          axiosOptions: { signal },
        },
      });
    return { result: answer.result, etag: answer.headers?.['etag'] };
  }
}

type Page = Readonly<Record<string, unknown>> & { readonly next?: { readonly href: string } };

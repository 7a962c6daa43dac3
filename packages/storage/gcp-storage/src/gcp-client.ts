import { IdempotencyStrategy, Storage } from '@google-cloud/storage';
import { StorageError } from '@lithops/core/plugin';
import type { GcpStorageConfig } from './config.ts';
import { readCredentials } from './credentials.ts';

/** The client tries again by itself what may pass, after one second and after two. */
const RETRIES = { autoRetry: true, maxRetries: 2, maxRetryDelay: 5, totalTimeout: 120 };

/** A request that the client signs but does not know how to abort or resume. */
export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Whole, or a path below the service's address. */
  readonly url: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly signal: AbortSignal;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The official client, with a way to its signed requests. */
export class GcpClient {
  readonly storage: Storage;

  private constructor(storage: Storage) {
    this.storage = storage;
  }

  /** @throws ConfigError when the file of credentials is none. */
  static async open({ credentialsPath, projectName, endpoint }: GcpStorageConfig): Promise<GcpClient> {
    if (credentialsPath !== undefined) await readCredentials(credentialsPath);
    const storage = new Storage({
      retryOptions: { ...RETRIES, idempotencyStrategy: IdempotencyStrategy.RetryAlways },
      ...(projectName !== undefined && { projectId: projectName }),
      ...(endpoint !== undefined && { apiEndpoint: endpoint, useAuthWithCustomEndpoint: true }),
    });
    // As an option it makes the client warn on the console, of files that others provide; this one is the user's own.
    if (credentialsPath !== undefined) Reflect.set(storage.authClient, 'keyFilename', credentialsPath);
    // A service account's key signs requests itself, instead of asking for a token first.
    storage.authClient.useJWTAccessWithScope = true;
    return new GcpClient(storage);
  }

  projectId(): Promise<string> {
    return this.storage.authClient.getProjectId();
  }

  /** The answer, whatever its status. */
  async request({ method, url, query = {}, headers = {}, body, signal }: RawRequest): Promise<RawAnswer> {
    const whole = new URL(url, this.storage.apiEndpoint);
    for (const [name, value] of Object.entries(query)) whole.searchParams.set(name, value);
    const answer = await this.storage.authClient.request<unknown>({
      method,
      url: whole.href,
      headers: { ...headers },
      signal,
      responseType: 'stream',
      validateStatus: () => true,
      retry: false,
      // The client's own throws into the void when a request with a body is aborted, and keeps no connections.
      fetchImplementation: fetch,
      ...(body !== undefined && { body }),
    });
    const stream: unknown = answer.data;
    if (typeof stream !== 'object' || stream === null || !(Symbol.asyncIterator in stream))
      throw new StorageError(`${method} ${whole.pathname} gave no stream`);
    return { status: answer.status, headers: new Headers(answer.headers), body: stream as AsyncIterable<Uint8Array> }; // bytes, as no encoding is set
  }
}

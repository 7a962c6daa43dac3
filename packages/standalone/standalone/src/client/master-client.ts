import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  API_PATHS,
  type MachineSpec,
  type MasterAddress,
  type MasterJob,
  type MasterStatus,
  SESSION_HEADERS,
  SESSION_PROTOCOL,
  type WorkerEnvironment,
} from '../protocol/master-api.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';
import { SshError } from '../ssh/ssh-error.ts';

const ANSWER_MS = 10_000;

/** A connection for a session, in frames both ways. */
export interface SessionStream {
  readonly stream: Duplex;
  /** What came with the answer already. */
  readonly head: Buffer;
  /** Whether the master knew the session, and goes on where we were. */
  readonly resumed: boolean;
  /** What has become of the executor's work while nobody was there. */
  readonly notice: string | undefined;
}

/** The API of a master that runs, through an SSH connection to its machine. */
export class MasterClient {
  readonly connection: SshConnection;
  readonly #address: MasterAddress;

  constructor(connection: SshConnection, address: MasterAddress) {
    this.connection = connection;
    this.#address = address;
  }

  get version(): string {
    return this.#address.version;
  }

  async status(): Promise<MasterStatus> {
    return JSON.parse(await this.#ask('GET', API_PATHS.status)) as MasterStatus; // our own master writes it
  }

  async useMachines(specs: readonly MachineSpec[]): Promise<void> {
    await this.#ask('PUT', API_PATHS.machines, JSON.stringify(specs));
  }

  async acknowledge(session: string, received: number): Promise<void> {
    await this.#ask('PUT', `${API_PATHS.sessions}/${session}?received=${received}`);
  }

  async closeSession(session: string): Promise<void> {
    await this.#ask('DELETE', `${API_PATHS.sessions}/${session}`);
  }

  async jobs(): Promise<readonly MasterJob[]> {
    return JSON.parse(await this.#ask('GET', API_PATHS.jobs)) as MasterJob[]; // our own master writes it
  }

  /** @returns false when the job is not known, or has ended */
  async cancelJob(key: string): Promise<boolean> {
    return (await this.#ask('DELETE', `${API_PATHS.jobs}/${encodeURIComponent(key)}`, undefined, [404])) !== undefined;
  }

  /** Lines of JSON, as they are written; the caller ends it. */
  async logs(job: string | undefined, follow: boolean): Promise<IncomingMessage> {
    const query = new URLSearchParams({ ...(job !== undefined && { job }), ...(follow && { follow: '' }) });
    const asking = await this.#request('GET', `${API_PATHS.logs}?${query}`, {});
    const response = await this.#send(asking);
    if ((response.statusCode ?? 500) >= 300) throw this.#refused(response, await text(response));
    return response;
  }

  async stop(): Promise<void> {
    await this.#ask('POST', API_PATHS.stop);
  }

  /** @param received how many replies of it we have */
  async openSession(
    session: { readonly id: string; readonly executorId: string; readonly environment: WorkerEnvironment },
    received: number,
  ): Promise<SessionStream> {
    const asking = await this.#request('GET', API_PATHS.session, {
      connection: 'upgrade',
      upgrade: SESSION_PROTOCOL,
      [SESSION_HEADERS.id]: session.id,
      [SESSION_HEADERS.executor]: session.executorId,
      [SESSION_HEADERS.received]: String(received),
      [SESSION_HEADERS.environment]: JSON.stringify(session.environment),
    });
    asking.end();
    return new Promise((resolve, reject) => {
      asking.on('upgrade', ({ headers }, stream, head) => {
        const notice = headers[SESSION_HEADERS.notice];
        resolve({
          stream,
          head,
          resumed: headers[SESSION_HEADERS.resumed] === 'yes',
          notice: typeof notice === 'string' ? decodeURIComponent(notice) : undefined,
        });
      });
      asking.on('response', (response) => {
        response.resume();
        reject(this.#refused(response));
      });
      asking.on('error', (error) => reject(this.#unanswered(error)));
      asking.on('close', () => reject(this.#unanswered(new Error('it hung up'))));
    });
  }

  /** @returns undefined where the answer is one of `absent` */
  async #ask(method: string, path: string, body?: string): Promise<string>;
  async #ask(
    method: string,
    path: string,
    body: string | undefined,
    absent: readonly number[],
  ): Promise<string | undefined>;
  async #ask(method: string, path: string, body?: string, absent: readonly number[] = []): Promise<string | undefined> {
    const response = await this.#send(await this.#request(method, path, {}), body);
    const content = await this.connection.whileOpen('the whole answer', text(response));
    const { statusCode = 500 } = response;
    if (absent.includes(statusCode)) return undefined;
    if (statusCode >= 300) throw this.#refused(response, content);
    return content;
  }

  #send(asking: ClientRequest, body?: string): Promise<IncomingMessage> {
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      asking.on('response', resolve).on('error', (error) => reject(this.#unanswered(error)));
      asking.on('close', () => reject(this.#unanswered(new Error('it hung up'))));
    });
    asking.end(body);
    return answer;
  }

  async #request(method: string, path: string, headers: Readonly<Record<string, string>>): Promise<ClientRequest> {
    const { port, token } = this.#address;
    const stream = await this.connection.connect('127.0.0.1', port);
    const asking = request({
      method,
      path,
      host: '127.0.0.1',
      headers: { ...headers, authorization: `Bearer ${token}` },
      createConnection: () => stream,
    });
    const timer = setTimeout(() => asking.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
    for (const event of ['response', 'upgrade', 'close', 'error']) asking.once(event, () => clearTimeout(timer));
    return asking;
  }

  #refused({ statusCode }: IncomingMessage, content = ''): SshError {
    return new SshError('connection', `the master on ${this.connection.where} answers ${statusCode} ${content}`.trim());
  }

  #unanswered(error: Error): SshError {
    return new SshError('connection', `the master on ${this.connection.where} does not answer: ${error.message}`, {
      cause: error,
    });
  }
}

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startMoto } from '@lithops-tools/services';
import { openVmAccount, VmSimulator } from '@lithops-tools/vm-simulator';
import { decodeQuery } from './decode-query.ts';
import { Ec2Fault } from './ec2-fault.ts';
import { encodeFault, encodeXml } from './encode-xml.ts';
import { createHandlers } from './handlers.ts';
import { Instances } from './instances.ts';
import { MotoClient } from './moto-client.ts';
import { operationOf } from './operations.ts';
import { Ec2Faults } from './simulator-faults.ts';

export interface Ec2SimulatorOptions {
  readonly region?: string;
  /** Requests show what was made only after so long, as those of EC2 do at times. Default: at once. */
  readonly showDelayMs?: number;
  /** How long a terminated instance takes to let go of its network. Default: 1000. */
  readonly terminateMs?: number;
}

/** A request, as it was understood. */
export interface Ec2Request {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Ec2Simulator extends AsyncDisposable {
  /** Of the API, for the client's `endpoint`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What tells a client's public address, as checkip.amazonaws.com does. */
  readonly clientAddressUrl: string;
  readonly faults: Ec2Faults;
  /** What was asked for so far, also what was refused. */
  readonly requests: readonly Ec2Request[];
  /** Where its machines reach what listens on this host there, and so does this process. */
  readonly gateway: string;
}

/** A client's address, as others see it. */
export const CLIENT_ADDRESS = '198.51.100.7';
const BODY_BYTES = 1024 * 1024;

/** EC2 of an account and region of its own, with the public images of Ubuntu. It needs root. */
export async function startEc2Simulator(options: Ec2SimulatorOptions = {}): Promise<Ec2Simulator> {
  const { region = 'eu-west-1', showDelayMs = 0, terminateMs = 1000 } = options;
  await using stack = new AsyncDisposableStack();
  const [server, account] = await Promise.all([startMoto(), openVmAccount()]);
  stack.use(server);
  stack.use(account);
  const moto = new MotoClient(server.endpoint, region);
  stack.defer(() => moto.close());
  const machines = stack.use(new VmSimulator(account.name));
  const instances = stack.use(new Instances({ moto, machines, showDelayMs, terminateMs }));
  const credentials = { accessKeyId: `AKIA${randomUUID().slice(0, 8).toUpperCase()}`, secretAccessKey: randomUUID() };
  const faults = new Ec2Faults();
  const requests: Ec2Request[] = [];
  const handlers = createHandlers({ moto, instances, machines });

  const answer = async (request: IncomingMessage, requestId: string): Promise<string | 'lost'> => {
    const { authorization = '' } = request.headers;
    const scope = new RegExp(
      `^AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/\\d{8}/${region}/ec2/aws4_request, `,
    );
    if (!scope.test(authorization))
      throw new Ec2Fault('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
    const form = new URLSearchParams(await bodyOf(request));
    const name = form.get('Action') ?? '';
    const operation = operationOf(name);
    if (operation === undefined)
      throw new Ec2Fault('InvalidAction', `The action ${name} is not valid for this web service.`);
    const input = decodeQuery(operation, form);
    requests.push({ operation: name, input });
    const fault = faults.next(name, input);
    if (fault !== undefined && fault.error !== 'lost') {
      const { code, message = `a fault of the simulator: ${code}`, status = 400 } = fault.error;
      throw new Ec2Fault(code, message, status);
    }
    const output = await (handlers[name]?.(input as never) ?? moto.ask(operation, input));
    return fault === undefined ? encodeXml(operation, output, requestId) : 'lost';
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET') {
      response.end(`${CLIENT_ADDRESS}\n`);
      return;
    }
    const requestId = randomUUID();
    const { status, body } = await answer(request, requestId).then(
      (xml) => ({ status: 200, body: xml }),
      (error: unknown) => {
        const fault = error instanceof Ec2Fault ? error : internal(error);
        return { status: fault.status, body: encodeFault(fault, requestId) };
      },
    );
    if (body === 'lost') response.destroy();
    else response.writeHead(status, { 'content-type': 'text/xml;charset=UTF-8' }).end(body);
  };
  const http = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy()); // who asked went away
  });
  http.keepAliveTimeout = 120_000;
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  stack.defer(async () => {
    http.closeAllConnections();
    http.close();
    await once(http, 'close');
  });
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port could be had');
  const endpoint = `http://127.0.0.1:${address.port}`;
  const running = stack.move();
  return {
    endpoint,
    region,
    credentials,
    clientAddressUrl: `${endpoint}/checkip`,
    faults,
    requests,
    gateway: account.gateway,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length']) > BODY_BYTES)
    throw new Ec2Fault('RequestEntityTooLarge', 'the request is too large', 413);
  return text(request);
}

function internal(error: unknown): Ec2Fault {
  return new Ec2Fault('InternalError', `the simulator failed: ${String((error as Error).stack ?? error)}`, 500);
}

import type { CustomObjectsApi } from '@kubernetes/client-node';
import { Watch } from '@kubernetes/client-node';
import { buildImage, type DockerEngine } from '@lithops-tools/services';
import type { Clients } from './cluster.ts';

export const KSVC = { group: 'serving.knative.dev', version: 'v1', namespace: 'default', plural: 'services' };

export interface ServiceStatus {
  readonly url?: string;
  readonly latestReadyRevisionName?: string;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
  }[];
}

/** A Service whose template has these parts beside the image. */
export function service(name: string, spec: object = {}, annotations: object = {}, container: object = {}): object {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { template: { metadata: { annotations }, spec: { containers: [{ image: ECHO, ...container }], ...spec } } },
  };
}

export function create(custom: CustomObjectsApi, body: object): Promise<unknown> {
  return custom.createNamespacedCustomObject({ ...KSVC, body });
}

/** Waits until the status of a Service is as it should be. @throws Error with the last one when it never was. */
export async function until(
  { config }: Clients,
  name: string,
  holds: (status: ServiceStatus) => boolean,
  seconds = 60,
): Promise<ServiceStatus> {
  let last: ServiceStatus = {};
  const path = '/apis/serving.knative.dev/v1/namespaces/default/services';
  const query = { fieldSelector: `metadata.name=${name}`, timeoutSeconds: seconds };
  const { promise, resolve, reject } = Promise.withResolvers<ServiceStatus>();
  const controller = await new Watch(config).watch(
    path,
    query,
    (_type, object: { readonly status?: ServiceStatus }) => {
      last = object.status ?? {};
      if (holds(last)) resolve(last);
    },
    () => reject(new Error(`the status of ${name} is ${JSON.stringify(last)}`)),
  );
  try {
    return await promise;
  } finally {
    controller.abort();
  }
}

export function condition(status: ServiceStatus, type: string) {
  return status.conditions?.find((one) => one.type === type);
}

export const isReady = (status: ServiceStatus): boolean => condition(status, 'Ready')?.status === 'True';
export const hasFailed = (status: ServiceStatus): boolean => condition(status, 'Ready')?.status === 'False';

export const ECHO = 'lithops-test/knative-echo:2';

const PROGRAM = `
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
let running = 0;
let most = 0;
process.on('SIGTERM', () => process.exit(0));
createServer(async (request, response) => {
  const body = await text(request);
  most = Math.max(most, ++running);
  try {
    const { pathname, searchParams: query } = new URL(request.url, 'http://pod');
    if (pathname === '/environment') return response.end(JSON.stringify(process.env));
    if (pathname === '/headers') return response.end(JSON.stringify(request.headers));
    if (pathname === '/most') return response.end(String(most));
    if (pathname === '/exit') process.exit(Number(query.get('code')));
    if (pathname === '/hold') await delay(Number(query.get('ms')));
    if (pathname === '/parts') {
      for (let part = 0; part < Number(query.get('count')); part++) {
        response.write('part ' + part + '\\n');
        await delay(Number(query.get('ms')));
      }
      return response.end();
    }
    response.end(process.env.HOSTNAME + ' ' + body);
  } finally {
    running--;
  }
}).listen(Number(process.env.PORT));
`;

/** A server as the runtime contract has it, that does what its path says. */
export async function buildEcho(engine: DockerEngine): Promise<void> {
  const changes = ['ENV PATH=/usr/local/bin:/usr/bin:/bin', 'ENTRYPOINT ["node","/app/server.mjs"]'];
  await buildImage(engine, ECHO, { files: { '/app/server.mjs': PROGRAM }, changes });
}

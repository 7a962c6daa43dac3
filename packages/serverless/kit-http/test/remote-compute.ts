import { type ComputePlugin, defineComputePlugin } from '@lithops/core/plugin';
import { HttpRuns } from '../src/index.ts';

export interface RemoteComputeConfig {
  readonly url: string;
  readonly token: string;
  readonly password?: string;
}

/** A backend over an HTTP worker that runs already, and whose tasks have nothing of the client's files. */
const remoteCompute: ComputePlugin<RemoteComputeConfig> = defineComputePlugin({
  api: 1,
  name: 'http_remote',
  mode: 'serverless',
  config: {
    '~standard': { version: 1, vendor: 'lithops', validate: (value) => ({ value: value as RemoteComputeConfig }) },
  },
  capabilities: () => ({
    delivery: 'response',
    maxWorkers: 4,
    concurrencyPerWorker: 1,
    maxPayloadBytes: Number.POSITIVE_INFINITY,
    maxResultBytes: Number.POSITIVE_INFINITY,
    maxTaskSeconds: Number.POSITIVE_INFINITY,
    recall: false,
    logs: true,
    exitCauses: true,
    sharesFileSystem: false,
  }),
  taskConfig: ({ url, token }) => ({ url, token }),
  create: ({ url, token }) => {
    const runs = new HttpRuns({ url, connections: 4, headers: () => ({ authorization: `Bearer ${token}` }) });
    return {
      invoke: (invocation, options) => runs.invoke(invocation, options),
      [Symbol.asyncDispose]: () => runs[Symbol.asyncDispose](),
    };
  },
});

export default remoteCompute;

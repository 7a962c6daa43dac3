import { parentPort } from 'node:worker_threads';
import { type Invocation, ModuleCache, publishTaskScope, runInvocation, type ShippedModule } from '@lithops/worker';

/** A worker of the memory backend: a thread that runs one invocation at a time, and ends its events with `undefined`. */
const port = parentPort;
if (port === null) throw new Error('this file is started as a thread by the memory backend');

const modules = new ModuleCache();
const signal = new AbortController().signal;

publishTaskScope();
process.on('unhandledRejection', () => {}); // of a task; its call is told in the ordinary way

port.on(
  'message',
  async ({ invocation, module }: { readonly invocation: Invocation; readonly module: ShippedModule }) => {
    modules.add(module);
    await runInvocation(invocation, {
      load: (hash) => modules.load(hash),
      emit: (event) => port.postMessage(event),
      signal,
    });
    port.postMessage(undefined);
  },
);

import { parentPort } from 'node:worker_threads';
import {
  type CallEvent,
  type Invocation,
  ModuleCache,
  publishTaskScope,
  runInvocation,
  type ShippedModule,
} from '@lithops/worker';

/** A worker of the memory backend: a thread that runs one invocation at a time, and ends its events with `undefined`. */
const port = parentPort;
if (port === null) throw new Error('this file is started as a thread by the memory backend');

const modules = new ModuleCache();
const signal = new AbortController().signal;

publishTaskScope();
process.on('unhandledRejection', () => {}); // of a task; its call is told in the ordinary way

port.on('message', ({ invocation, module }: { readonly invocation: Invocation; readonly module: ShippedModule }) => {
  modules.add(module);
  const emit = (event: CallEvent) => port.postMessage(event);
  void runInvocation(invocation, { load: (hash) => modules.load(hash), emit, signal }).then(() =>
    port.postMessage(undefined),
  );
});

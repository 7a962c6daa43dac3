import { containerKeys } from '@lithops/kit-images/container-keys';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.gte(1));
const seconds = z.number().check(z.gt(0));
const folder = z
  .string()
  .check(
    z.regex(
      /^(?!.*(?:^|\/)\.\.(?:\/|$))[A-Za-z0-9_./-]+$/,
      'a path is expected: absolute, or below the home of the user',
    ),
  );

/** Keys that the sections of all backends of machines have: what runs on the machines, and how long it is waited for. */
export const clusterKeys = {
  ...containerKeys,
  /** MB of heap for each worker process. Default: Node's own. */
  runtimeMemory: z.optional(z.number().check(z.int(), z.gte(16))),
  /** Worker processes on each machine. Default: its CPUs. */
  workerProcesses: z.optional(count),
  /** Packages that are installed where tasks run, on the machines or in the image; all others that functions import are sent along. */
  externals: z.optional(z.array(text)),
  /** Our folder on the machines. Default: `.lithops-standalone`, below the home of the user. */
  installFolder: z.optional(folder),
  /** A tarball of Node, of this machine, for machines that have none. Default: this process's own Node. */
  nodeTarball: z.optional(text),
  /** Node comes from the packages of the machines' distribution. Default: no. */
  nodeFromDistribution: z.optional(z.boolean()),
  /** Seconds that a machine may take until it can be worked on. Default: 300. */
  startTimeout: z.optional(seconds),
  /** Seconds. Default: 300. */
  softDismantleTimeout: z.optional(seconds),
  /** Work that goes on without its client (durable jobs) is ended after so many seconds. Default: 3600. */
  hardDismantleTimeout: z.optional(seconds),
  /** Seconds until a client that is away counts as gone, or a master that cannot be reached as lost. Default: 60. */
  reconnectTimeout: z.optional(seconds),
  /** Seconds until a machine that says nothing counts as lost, and its calls run elsewhere. Default: 10. */
  silenceTimeout: z.optional(seconds),
};

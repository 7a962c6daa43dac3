import { isImageName } from '@lithops/core/plugin';
import { containerKeys } from '@lithops/kit-images/container-keys';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.gte(1));
const image = z.string().check(z.refine(isImageName, "the name of an image is expected, like 'node:24-slim'"));

/** The keys that say how containers are made and reached; in section `docker`, or in `localhost` beside an image as `runtime`. */
export const dockerConfig = z.strictObject({
  /** Image that tasks run in. It needs Node 22.12 or later, and nothing of Lithops. */
  runtime: z.optional(image),
  /** MB of heap for each worker process. Default: Node's own. */
  runtimeMemory: z.optional(z.number().check(z.int(), z.gte(16))),
  /** Worker processes in each container. Default: as many as run at once, in one container. */
  workerProcesses: z.optional(count),
  /** Worker processes at once, in all containers. Default: `workerProcesses`, else the CPUs of this machine. */
  maxWorkers: z.optional(count),
  ...containerKeys,
  /** Packages that are installed in the image; all others that functions import are sent along. */
  externals: z.optional(z.array(text)),
  /**
   * How tasks and results travel. `auto`: through a socket in a folder that the container shares with us, where it can be
   * reached, else `attach`: through the engine, which is always there and slower. Default: `auto`.
   */
  channel: z.optional(z.enum(['auto', 'attach'])),
  /** Of the `localhost` storage, which shares its section. */
  storageRoot: z.optional(text),
  storageBucket: z.optional(text),
});

export type DockerConfig = z.output<typeof dockerConfig>;

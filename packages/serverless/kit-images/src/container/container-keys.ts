import * as z from 'zod/mini';
import { memoryBytes } from './memory-size.ts';
import { parseVolume } from './volume.ts';

const text = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.gte(1));
const memory = z
  .union([z.number(), z.string()])
  .check(
    z.refine((value) => (memoryBytes(value) ?? 0) >= 6 * 2 ** 20, "MB, or a size like '2g', from 6m up, is expected"),
  );
const volume = z
  .string()
  .check(
    z.refine(
      (value) => parseVolume(value) !== undefined,
      "'/folder/here:/folder/there' or 'name:/folder/there', with ':ro' for reading only, is expected",
    ),
  );
const host = z
  .string()
  .check(
    z.regex(
      /^(?:unix|tcp|https?|npipe|ssh):\/\//,
      "an address like 'unix:///var/run/docker.sock' or 'tcp://host:2376' is expected",
    ),
  );
const platform = z
  .string()
  .check(z.regex(/^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9]+)?$/, "a platform like 'linux/arm64' is expected"));

/** The keys that say how containers are made and how their engine is reached: the same in every section that has them. */
export const containerKeys = {
  /** Ask the registry for a newer image even if there is one here. Default: no. */
  pullRuntime: z.optional(z.boolean()),
  /** CPUs that each container may use, `1.5`. Default: all. */
  cpus: z.optional(z.number().check(z.gt(0))),
  /** Memory of each container: MB, or a size like `2g`. Default: no limit. */
  memory: z.optional(memory),
  /** `all`, how many, or their ids. Default: none. */
  gpus: z.optional(z.union([z.literal('all'), count, z.array(text)])),
  /** The same as `gpus: all`. */
  useGpu: z.optional(z.boolean()),
  /** Environment variables of all tasks. */
  env: z.optional(z.record(z.string(), z.string())),
  /** Folders of the engine's machine, or named volumes: `/data:/data:ro`. */
  volumes: z.optional(z.array(volume)),
  /** `none`, `bridge`, `host`, or the name of a network. Default: the engine's own. */
  network: z.optional(text),
  /** `uid:gid` or name. Default: who uses the engine; where that is root, nobody. */
  user: z.optional(
    z.string().check(z.regex(/^[\w.-]+(?::[\w.-]+)?$/, "a user like '1000:1000' or 'node' is expected")),
  ),
  /** For images of several platforms: `linux/arm64`. */
  platform: z.optional(platform),
  /** Nothing of the container's file system but /tmp can be written. Default: no. */
  readOnly: z.optional(z.boolean()),
  /** The engine. Default: DOCKER_HOST, the current context, or the socket that is there. */
  dockerHost: z.optional(host),
  /** Registry that the next two are for, and its credentials. Default: what `docker login` has stored. */
  dockerServer: z.optional(text),
  dockerUser: z.optional(text),
  dockerPassword: z.optional(text),
};

const shape = z.strictObject({ ...containerKeys, runtimeMemory: z.optional(z.number()) });

/** What a container is made by. */
export type ContainerConfig = z.output<typeof shape>;

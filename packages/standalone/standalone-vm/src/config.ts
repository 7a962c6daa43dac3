import { isImageName } from '@lithops/core/plugin';
import { clusterKeys } from '@lithops/standalone/plugin';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.gte(1));
const image = z.string().check(z.refine(isImageName, "the name of an image is expected, like 'node:24-slim'"));
const port = z.number().check(z.int(), z.gte(1), z.lte(65_535));
const address = z
  .string('the name or address of a machine is expected; it has no default')
  .check(z.regex(/^[A-Za-z0-9_.:-]+$/, 'the name or address of a machine is expected, without user and port'));
const fingerprint = z
  .string()
  .check(z.regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "a fingerprint as `ssh-keygen -l` prints it is expected, 'SHA256:...'"));

/** How a machine is logged in on. */
const login = {
  /** Port of sshd. Default: 22. */
  sshPort: z.optional(port),
  sshUsername: z.optional(text),
  /** A private key. Default: `~/.ssh/id_ed25519`, `id_ecdsa`, `id_rsa`, and an agent. */
  sshKeyFilename: z.optional(text),
  sshKeyPassphrase: z.optional(text),
  sshPassword: z.optional(text),
  /** The only host key that is believed. Default: what `knownHostsFile` has. */
  hostKeyFingerprint: z.optional(fingerprint),
};

const worker = z.strictObject({
  /** Where the master reaches it. */
  ipAddress: address,
  ...login,
});

/** The keys of section `vm`. */
export const vmConfig = z.strictObject({
  /** The machine that runs the master; without `workers` it runs the tasks, too. */
  ipAddress: address,
  ...login,
  /** Machines that run the tasks: addresses, or sections of their own. They are reached through the master. */
  workers: z.optional(z.array(z.union([address, worker])).check(z.minLength(1))),
  /** Host keys that are known. Default: `~/.ssh/known_hosts`. */
  knownHostsFile: z.optional(text),
  /** The first key of a machine that is not known is believed, and kept in `knownHostsFile`. Default: no. */
  trustOnFirstUse: z.optional(z.boolean()),
  /** The only mode of machines that are there already. */
  execMode: z.optional(z.literal('consume')),
  /** Image whose containers tasks run in, on each machine. Default: none, tasks run with the machine's Node. */
  runtime: z.optional(image),
  ...clusterKeys,
  /** Machines that are used at most, the first ones. Default: all. */
  maxWorkers: z.optional(count),
  /** Whether the master ends when nobody has used it for `softDismantleTimeout`. Default: yes. */
  autoDismantle: z.optional(z.boolean()),
});

export type VmConfig = z.output<typeof vmConfig>;

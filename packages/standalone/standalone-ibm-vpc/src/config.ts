import { isImageName } from '@lithops/core/plugin';
import { clusterKeys } from '@lithops/standalone/plugin';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const matching = (pattern: RegExp, message: string) => z.string().check(z.regex(pattern, message));
const count = z.number().check(z.int(), z.gte(1));
const image = z.string().check(z.refine(isImageName, "the name of an image is expected, like 'node:24-slim'"));
const address = matching(/^https?:\/\/[^/\s]\S*$/, "an address that begins with 'http://' or 'https://' is expected");
const region = matching(/^[a-z]{2}-[a-z]+$/, "the name of a region is expected, like 'us-south' or 'eu-de'");
const zone = matching(/^[a-z]{2}-[a-z]+-[1-9]$/, "the name of a zone is expected, like 'us-south-1'");
const id = matching(/^[a-z0-9]{4}-[0-9a-f-]{8,}$/, "an id as IBM Cloud shows it is expected, like 'r006-1a2b3c4d-...'");
const name = matching(
  /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'a name is expected: up to 63 of a-z, 0-9 and -, beginning with a letter',
);
const fingerprint = matching(
  /^SHA256:[A-Za-z0-9+/]{43}$/,
  "a fingerprint as `ssh-keygen -l` prints it is expected, 'SHA256:...'",
);

/** Section `ibm_vpc`; what is in section `ibm` counts too, where it is not said here. */
export const ibmVpcConfig = z
  .strictObject({
    /** `us-south`, `eu-de` ...; gives the address of the API. This or `endpoint` is needed. */
    region: z.optional(region),
    /** Address of the API. Default: `https://<region>.iaas.cloud.ibm.com`. */
    endpoint: z.optional(address),
    /** API key of IAM, in either spelling; one is needed. */
    iamApiKey: z.optional(text),
    apiKey: z.optional(text),
    /** Default: `https://iam.cloud.ibm.com`. */
    iamEndpoint: z.optional(address),
    /** Id of the resource group that everything is made in. Default: that of the account. */
    resourceGroupId: z.optional(text),
    /** Zone that machines are made in, in either spelling. Default: that of `subnet_id`, or the first of the region. */
    zone: z.optional(zone),
    zoneName: z.optional(zone),
    /** `reuse`: a pool, which is kept until it is not used. `create`: machines of the executor alone. `consume`: `instance_id`, which is there. Default: `reuse`. */
    execMode: z.optional(z.enum(['consume', 'create', 'reuse'])),
    /** With `consume`: the machine that runs the tasks. It is started when it is off. */
    instanceId: z.optional(text),
    /** Network that is there. Default: that of `subnet_id`, or the one called `vpc_name`. */
    vpcId: z.optional(id),
    /** Name of the network, which is made when there is none. Default: `lithops`. */
    vpcName: z.optional(name),
    /** Subnet that is there; it needs a public gateway, if workers have to reach the internet. Default: one that is made, with a gateway. */
    subnetId: z.optional(id),
    /** Security group that is there; port 22 has to be open from here to the master, and between machines. Default: one that is made, with port 22 open. */
    securityGroupId: z.optional(id),
    /** Address, or id, of a floating IP that is there, for the master; with `consume` where the machine is reached. Default: one that is made, and goes with the master. */
    floatingIp: z.optional(text),
    /** Name or id of the image machines are made from. Default: the newest Ubuntu 24.04 of IBM. */
    imageId: z.optional(text),
    /** Default: `cx2-2x4`. */
    masterProfileName: z.optional(text),
    /** Default: `cx2-2x4`. */
    workerProfileName: z.optional(text),
    /** Profile of the disks. Default: `general-purpose`. */
    bootVolumeProfile: z.optional(text),
    /** GB of each disk. Default: what the image needs. */
    bootVolumeCapacity: z.optional(z.number().check(z.int(), z.gte(10), z.lte(250))),
    /** Id of an SSH key of the account that is let in, too: for people. Lithops brings its own. */
    sshKeyId: z.optional(id),
    /** Who we are on the machines; made when it is not there. Default: `ubuntu`. */
    sshUsername: z.optional(text),
    /** A private key; those who use the same one share pools. Default: one that is made in `~/.lithops/standalone`, once. */
    sshKeyFilename: z.optional(text),
    sshKeyPassphrase: z.optional(text),
    /** With `consume`: the only host key that is believed. Default: what `known_hosts_file` has. */
    hostKeyFingerprint: z.optional(fingerprint),
    /** With `consume`: host keys that are known. Default: `~/.ssh/known_hosts`. */
    knownHostsFile: z.optional(text),
    /** With `consume`: the first key is believed, and kept in `known_hosts_file`. Default: no. */
    trustOnFirstUse: z.optional(z.boolean()),
    /** Image whose containers tasks run in, on each machine. Default: none, tasks run with the machine's Node. */
    runtime: z.optional(image),
    ...clusterKeys,
    /** Workers at most. Default: 100. */
    maxWorkers: z.optional(count),
    /** Whether machines go when they are not used for `soft_dismantle_timeout`; if not, for `hard_dismantle_timeout`. Default: yes. */
    autoDismantle: z.optional(z.boolean()),
    /** Whether a machine that has turned itself off is deleted; if not, it is kept, and started when it is needed. Default: yes. */
    deleteOnDismantle: z.optional(z.boolean()),
  })
  .check(
    z.refine(({ region: named, endpoint }) => named !== undefined || endpoint !== undefined, {
      path: ['region'],
      message: 'region or endpoint is needed, and both are missing',
    }),
    z.refine((config) => apiKeyOf(config) !== undefined, {
      path: ['iamApiKey'],
      message: 'it is needed, here or in section ibm; keys are made by `ibmcloud iam api-key-create`',
    }),
    z.refine(({ execMode, instanceId }) => (execMode === 'consume') === (instanceId !== undefined), {
      path: ['instanceId'],
      message: 'instance_id and exec_mode consume belong together',
    }),
    z.refine(({ execMode, floatingIp }) => execMode !== 'consume' || /^[0-9a-fA-F.:]+$/.test(floatingIp ?? ''), {
      path: ['floatingIp'],
      message: 'with exec_mode consume the address is needed where the machine is reached',
    }),
    z.refine(
      ({ region: named, zone: one, zoneName, subnetId, instanceId }) =>
        (named ?? one ?? zoneName ?? subnetId ?? instanceId) !== undefined,
      {
        path: ['zone'],
        message: 'with endpoint alone a zone is needed',
      },
    ),
  );

export type IbmVpcConfig = z.output<typeof ibmVpcConfig>;

export function apiKeyOf({
  iamApiKey,
  apiKey,
}: {
  readonly iamApiKey?: string | undefined;
  readonly apiKey?: string | undefined;
}): string | undefined {
  return iamApiKey ?? apiKey;
}

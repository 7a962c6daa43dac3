import { isImageName } from '@lithops/core/plugin';
import { clusterKeys } from '@lithops/standalone/plugin';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.gte(1));
const matching = (pattern: RegExp, message: string) => z.string().check(z.regex(pattern, message));
const idOf = (prefix: string) =>
  matching(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `an id like '${prefix}-0123456789abcdef0' is expected`);

const containerImage = z
  .string()
  .check(z.refine(isImageName, "the name of an image is expected, like 'node:24-slim'; machines have target_ami"));
const machineImage = matching(
  /^[\w()[\] ./'@-]{3,128}$/,
  "the name of an image is expected, or an id like 'ami-0123456789abcdef0'",
);
const instanceType = matching(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an instance type is expected, like 't3.medium'");
const instanceProfile = matching(
  /^(?:[\w+=,.@-]{1,128}|arn:aws[\w-]*:iam::\d{12}:instance-profile\/[\w+=,.@/-]+)$/,
  'the name or ARN of an instance profile is expected',
);
const cidr = matching(
  /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\/)|(?=\/))){4}\/(?:3[0-2]|[12]?\d)$/,
  "a block of addresses is expected, like '203.0.113.0/24'",
);
const fingerprint = matching(
  /^SHA256:[A-Za-z0-9+/]{43}$/,
  "a fingerprint as `ssh-keygen -l` prints it is expected, 'SHA256:...'",
);
const tags = tagsWithKeys(
  /^(?!aws:|[Ll]ithops|Name$)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u,
  "up to 128 letters, digits and _.:/=+-@, not 'Name', and not beginning with 'aws:' or 'lithops'",
);
const address = matching(/^https?:\/\/\S+$/, 'an address that begins with http:// or https:// is expected');

/** Section `aws_ec2`; what is in section `aws` counts too, where it is not said here. */
export const ec2Config = z
  .strictObject({
    /** Default: AWS_REGION, or that of the profile. */
    region: z.optional(text),
    /** `reuse`: a pool of machines, the default. `create`: machines of the executor alone. `consume`: one that is there, `instance_id`. */
    execMode: z.optional(z.enum(['reuse', 'create', 'consume'])),
    /** With `exec_mode: consume`: the instance that is used; it is started where it is stopped. */
    instanceId: z.optional(idOf('i')),
    /** A VPC of yours, in which what is not given is made. Default: one is made. */
    vpcId: z.optional(idOf('vpc')),
    /** A subnet of yours, for all machines, from which the internet is reached. Default: one is made. */
    publicSubnetId: z.optional(idOf('subnet')),
    /** A subnet of yours for workers, without public addresses; it needs a way to the internet of its own. Default: the public one. */
    privateSubnetId: z.optional(idOf('subnet')),
    /** A security group of yours; it must let you in on port 22, and its machines each other. Default: one is made. */
    securityGroupId: z.optional(idOf('sg')),
    /** Who is let in on port 22 of the security group that is made: blocks of addresses. Default: this client's public address. */
    sshCidr: z.optional(z.union([cidr, z.array(cidr).check(z.minLength(1))])),
    /** What tells this client's public address. Default: `https://checkip.amazonaws.com`. */
    clientAddressUrl: z.optional(address),
    /** Whether machines have public addresses. Default: yes; without, you reach them by a VPN, for example. */
    assignPublicIp: z.optional(z.boolean()),
    /** Name or ARN of an instance profile: tasks may do what its role may. Default: none. */
    instanceProfile: z.optional(instanceProfile),
    /** The same, by the name of the role that it was made with in the console. */
    instanceRole: z.optional(instanceProfile),
    /** Id or name of the AMI that machines are made from. Default: Ubuntu 24.04, for the processor of the instance type. */
    targetAmi: z.optional(machineImage),
    /** The same. */
    image: z.optional(machineImage),
    /** Default: `t3.micro`. */
    masterInstanceType: z.optional(instanceType),
    /** Default: `t3.medium`. */
    workerInstanceType: z.optional(instanceType),
    /** Whether workers are spot instances. Default: yes, where `delete_on_dismantle` is. */
    requestSpotInstances: z.optional(z.boolean()),
    /** GB of the disk of each machine. Default: what the image has. */
    bootVolumeSize: z.optional(z.number().check(z.int(), z.gte(8), z.lte(16_384))),
    /** Tags of all that is made, besides those of Lithops. */
    userTags: z.optional(tags),
    /** Default: `ubuntu`. */
    sshUsername: z.optional(matching(/^[a-z_][a-z0-9_-]{0,31}$/, 'the name of a user of Linux is expected')),
    /** A key pair of EC2 that is let in, besides that of Lithops. Default: none. */
    sshKeyName: z.optional(matching(/^[\x20-\x7e]{1,255}$/, 'the name of a key pair is expected')),
    /** A private key of yours. Default: one that is made once; with `consume` as OpenSSH finds them. */
    sshKeyFilename: z.optional(text),
    sshKeyPassphrase: z.optional(text),
    /** With `consume`: host keys that are known, by the id of the instance. Default: `~/.ssh/known_hosts`. */
    knownHostsFile: z.optional(text),
    /** With `consume`: the first key of an instance that is not known is believed, and kept in `known_hosts_file`. Default: no. */
    trustOnFirstUse: z.optional(z.boolean()),
    /** With `consume`: the only host key that is believed. Default: what `known_hosts_file` has. */
    hostKeyFingerprint: z.optional(fingerprint),
    /** Image whose containers tasks run in, on each machine. Default: none, tasks run with the machine's Node. */
    runtime: z.optional(containerImage),
    ...clusterKeys,
    /** Workers at most. Default: 100. */
    maxWorkers: z.optional(count),
    /** Whether machines go when they are not used for `soft_dismantle_timeout`; if not, for `hard_dismantle_timeout`. Default: yes. */
    autoDismantle: z.optional(z.boolean()),
    /** Whether machines that turn themselves off are terminated; if not, they are kept, and started again. Default: yes. */
    deleteOnDismantle: z.optional(z.boolean()),
    /** Keys; both or none. Default: the chain of the SDK (environment, shared files, SSO, container, instance). */
    accessKeyId: z.optional(text),
    secretAccessKey: z.optional(text),
    /** Of temporary keys. */
    sessionToken: z.optional(text),
    /** Profile of the shared configuration files, also one that logs in by SSO. Default: AWS_PROFILE, or `default`. */
    configProfile: z.optional(text),
    /** Number of the account, twelve digits. Machines in another account are refused. */
    accountId: z.optional(
      z
        .union([z.number(), z.string()])
        .check(z.refine((id) => /^\d{1,12}$/.test(String(id)), 'the twelve digits of an account are expected')),
    ),
    /** Server to use instead of Amazon's. */
    endpoint: z.optional(address),
  })
  .check(
    z.refine(
      ({ accessKeyId: id, secretAccessKey: key, sessionToken: token }) =>
        (id === undefined) === (key === undefined) && (token === undefined || id !== undefined),
      { path: ['accessKeyId'], message: 'access_key_id and secret_access_key belong together' },
    ),
    z.refine(({ execMode, instanceId }) => (execMode === 'consume') === (instanceId !== undefined), {
      path: ['instanceId'],
      message: 'instance_id and exec_mode: consume belong together',
    }),
    z.refine(({ image, targetAmi }) => image === undefined || targetAmi === undefined, {
      path: ['targetAmi'],
      message: 'image and target_ami are the same; say one of them',
    }),
    z.refine(({ instanceProfile: one, instanceRole: other }) => one === undefined || other === undefined, {
      path: ['instanceRole'],
      message: 'instance_role and instance_profile are the same; say one of them',
    }),
    z.refine(
      ({ requestSpotInstances, deleteOnDismantle }) => !(requestSpotInstances === true && deleteOnDismantle === false),
      {
        path: ['requestSpotInstances'],
        message: 'spot instances cannot be kept; leave delete_on_dismantle as it is',
      },
    ),
    z.refine(({ privateSubnetId, publicSubnetId }) => privateSubnetId === undefined || publicSubnetId !== undefined, {
      path: ['privateSubnetId'],
      message: 'the master needs a public_subnet_id of the same VPC',
    }),
    z.refine(({ sshCidr, securityGroupId }) => sshCidr === undefined || securityGroupId === undefined, {
      path: ['sshCidr'],
      message: 'a security group of yours is left as it is; say there who is let in',
    }),
    z.refine(({ nodeTarball, nodeFromDistribution }) => nodeTarball === undefined || nodeFromDistribution !== true, {
      path: ['nodeTarball'],
      message: 'Node comes from node_tarball or from the distribution, not from both',
    }),
  );

export type Ec2Config = z.output<typeof ec2Config>;
/** As it may be written. */
export type Ec2ConfigInput = z.input<typeof ec2Config>;

const DEFAULT_MASTER_TYPE = 't3.micro';
const DEFAULT_WORKER_TYPE = 't3.medium';

/** Of the master and of the workers. */
export function instanceTypes({
  masterInstanceType = DEFAULT_MASTER_TYPE,
  workerInstanceType = DEFAULT_WORKER_TYPE,
}: Ec2Config): [master: string, worker: string] {
  return [masterInstanceType, workerInstanceType];
}

/** Tags by their keys; a key that is none is told as what it is, which a record's own check of its keys does not do. */
function tagsWithKeys(keys: RegExp, rules: string) {
  const value = matching(
    /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
    'a value of a tag is expected: up to 256 letters, digits and _.:/=+-@',
  );
  return z.record(z.string(), value).check((context) => {
    for (const key of Object.keys(context.value))
      if (!keys.test(key))
        context.issues.push({
          code: 'custom',
          input: key,
          path: [key],
          message: `'${key}' is no key of a tag: ${rules}`,
        });
  });
}

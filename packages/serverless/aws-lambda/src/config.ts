import * as z from 'zod/mini';
import { LIMITS } from './limits.ts';

const text = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.gte(1));
const seconds = z.number().check(z.int(), z.gte(1));
const matching = (pattern: RegExp, message: string) => z.string().check(z.regex(pattern, message));
const between = ({ least, most }: { readonly least: number; readonly most: number }) =>
  z.number().check(z.int(), z.gte(least), z.lte(most));

const roleArn = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** Any image; what looks like the name of a runtime of Lambda's is one. */
const imageName = /^(?!(?:nodejs|python|java|dotnet|ruby|go|provided)\d*(?:\.|$))[a-z0-9[][^\s]*$/;
const environmentName = matching(/^[A-Za-z][A-Za-z0-9_]*$/, 'a name of an environment variable is expected');
const mountPath = matching(/^\/mnt\/[\w.-]+$/, "a path right below /mnt is expected, like '/mnt/data'");
const accessPoint = matching(
  /^arn:aws[\w-]*:elasticfilesystem:[a-z0-9-]+:\d{12}:access-point\/fsap-[0-9a-f]{17}$/,
  'the ARN of an access point of EFS is expected',
);
const ids = (prefix: string) =>
  z
    .array(matching(new RegExp(`^${prefix}-[0-9a-f]+$`), `ids like '${prefix}-0123abcd' are expected`))
    .check(z.minLength(1));
const tags = tagsWithKeys(
  /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u,
  "up to 128 letters, digits and _.:/=+-@, not beginning with 'aws:'",
);

/** Section `aws_lambda`; what is in section `aws` counts too, where it is not said here. */
export const lambdaConfig = z
  .strictObject({
    /** Default: AWS_REGION, or that of the profile. */
    region: z.optional(text),
    /** ARN of the role that functions run as, or `create`: then one is made, with no more rights than workers need. */
    executionRole: z.optional(
      z.union([z.literal('create'), matching(roleArn, "the ARN of a role is expected, or 'create'")]),
    ),
    /** Buckets that a role which is made gives access to. Default: those whose names begin with `lithops-`. */
    roleBuckets: z.optional(z.array(text).check(z.minLength(1))),
    /** `nodejs22.x`, `nodejs24.x`, or an image with Node, in ECR or any other registry. Default: that of the Node which this runs in. */
    runtime: z.optional(
      z.union([
        z.enum(['nodejs22.x', 'nodejs24.x']),
        matching(imageName, "nodejs22.x, nodejs24.x, or an image like 'node:24-slim' or 'name:tag' of ECR is expected"),
      ]),
    ),
    /** MB of each worker. Default 256. */
    runtimeMemory: z.optional(between(LIMITS.memory)),
    /** Seconds that an invocation may run. Default 180. */
    runtimeTimeout: z.optional(between(LIMITS.timeoutSeconds)),
    /** MB of `/tmp`. Default 512. */
    ephemeralStorage: z.optional(between(LIMITS.diskMegabytes)),
    /** Default `x86_64`. */
    architecture: z.optional(z.enum(['x86_64', 'arm64'])),
    /** Workers at once. Default 1000, what an account has when nobody has asked for more. */
    maxWorkers: z.optional(count),
    /** Calls that each worker runs at once, each in a process of its own. Default: 1 for each whole CPU, 1,769 MB. */
    workerProcesses: z.optional(z.number().check(z.int(), z.gte(1), z.lte(64))),
    /** Requests at once. Default: `max_workers`. */
    invokePoolThreads: z.optional(count),
    /** `RequestResponse`: results come in the response. `Event`: by the storage. Default: for each job what suits it. */
    invokeType: z.optional(z.enum(['RequestResponse', 'Event'])),
    /** Whether responses come while a task runs. Default true; false where a proxy on the way does not let them through. */
    responseStreaming: z.optional(z.boolean()),
    /** In which subnets workers are, with which security groups. */
    vpc: z.optional(
      z.pipe(
        z.strictObject({
          subnets: ids('subnet'),
          security_groups: z.optional(ids('sg')),
          securityGroups: z.optional(ids('sg')),
        }),
        z.transform(({ subnets, security_groups: snake, securityGroups = snake ?? [] }) => ({
          subnets,
          securityGroups,
        })),
      ),
    ),
    /** File systems; they need a `vpc`. */
    efs: z.optional(
      z
        .array(
          z.pipe(
            z.strictObject({
              access_point: z.optional(accessPoint),
              accessPoint: z.optional(accessPoint),
              mount_path: z.optional(mountPath),
              mountPath: z.optional(mountPath),
            }),
            z.transform(({ access_point: point, accessPoint: p = point, mount_path: path, mountPath: m = path }) => ({
              accessPoint: p ?? '',
              mountPath: m ?? '',
            })),
          ),
        )
        .check(
          z.refine(
            (all) => all.every(({ accessPoint: p, mountPath: m }) => p !== '' && m !== ''),
            'access_point and mount_path are expected',
          ),
        ),
    ),
    /** Environment variables of all tasks: a map, or a list of `{ name, value }`. */
    envVars: z.optional(
      z.union([
        z.record(environmentName, z.string()),
        z.pipe(
          z.array(z.strictObject({ name: environmentName, value: z.string() })),
          z.transform((list) => Object.fromEntries(list.map(({ name, value }) => [name, value]))),
        ),
      ]),
    ),
    /** ARNs of layers. */
    layers: z.optional(
      z
        .array(
          matching(
            /^arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]+:\d+$/,
            'the ARN of a version of a layer is expected',
          ),
        )
        .check(z.maxLength(LIMITS.layers)),
    ),
    /** Tags of all that is made, besides those of Lithops. */
    userTags: z.optional(tags),
    /** What names of functions begin with, to tell those of several users of an account. */
    namespace: z.optional(matching(/^[a-zA-Z0-9_-]{1,16}$/, 'up to 16 letters, digits, - and _ are expected')),
    /** Packages that are in a layer or image; all others that functions import are sent along. */
    externals: z.optional(z.array(text)),
    /** Seconds until a deployment must be ready. Default 300. */
    deployTimeout: z.optional(seconds),
    /** Seconds that a free worker is waited for when the account has no more. Default 300. */
    startTimeout: z.optional(seconds),
    /** Keys; both or none. Default: the chain of the SDK (environment, shared files, SSO, container, instance). */
    accessKeyId: z.optional(text),
    secretAccessKey: z.optional(text),
    /** Of temporary keys. */
    sessionToken: z.optional(text),
    /** Profile of the shared configuration files, also one that logs in by SSO. Default: AWS_PROFILE, or `default`. */
    configProfile: z.optional(text),
    /** Number of the account, twelve digits. Functions of another account are refused. */
    accountId: z.optional(
      z
        .union([z.number(), z.string()])
        .check(z.refine((id) => /^\d{1,12}$/.test(String(id)), 'the twelve digits of an account are expected')),
    ),
    /** Server to use instead of Amazon's. */
    endpoint: z.optional(matching(/^https?:\/\/\S+$/, 'an address that begins with http:// or https:// is expected')),
  })
  .check(
    z.refine(
      ({ accessKeyId: id, secretAccessKey: key, sessionToken: token }) =>
        (id === undefined) === (key === undefined) && (token === undefined || id !== undefined),
      {
        path: ['accessKeyId'],
        message: 'access_key_id and secret_access_key belong together',
      },
    ),
    z.refine(({ efs = [], vpc }) => efs.length === 0 || vpc !== undefined, {
      path: ['efs'],
      message: 'a file system is reached from a vpc only; say which',
    }),
    z.refine(
      ({ runtime = '', layers = [] }) => layers.length === 0 || runtime === '' || /^nodejs2\d\.x$/.test(runtime),
      {
        path: ['layers'],
        message: 'an image has no layers; put into it what they hold',
      },
    ),
    z.refine(({ envVars = {} }) => JSON.stringify(envVars).length <= LIMITS.environmentBytes - 512, {
      path: ['envVars'],
      message: 'a function takes 4 KB of environment variables, of which 512 bytes are for Lithops',
    }),
    z.refine(({ envVars = {} }) => !Object.keys(envVars).some((name) => RESERVED.test(name)), {
      path: ['envVars'],
      message: 'names that begin with AWS_LAMBDA_ or LITHOPS_WORKER, and those of credentials, are taken',
    }),
  );

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, and our own. */
const RESERVED =
  /^(?:_HANDLER|_X_AMZN_TRACE_ID|AWS_(?:DEFAULT_REGION|REGION|EXECUTION_ENV|LAMBDA_.*|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|LITHOPS_(?:WORKER|DISK).*)$/;

export type LambdaConfig = z.output<typeof lambdaConfig>;
/** As it may be written. */
export type LambdaConfigInput = z.input<typeof lambdaConfig>;

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

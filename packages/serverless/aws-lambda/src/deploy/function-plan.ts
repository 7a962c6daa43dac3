import { createHash } from 'node:crypto';
import type { CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import type { LambdaSettings } from '../settings.ts';
import { processesOf } from '../settings.ts';
import { type FunctionCode, HANDLER } from './function-code.ts';

/** What a function is made of: a zip, or an image in ECR, by its digest. */
export type FunctionContent = FunctionCode | { readonly image: string };

/** A function as it is to be. */
export interface FunctionPlan {
  readonly name: string;
  /** All but the role, which may have to be made first. */
  readonly input: Omit<CreateFunctionCommandInput, 'Role'>;
  /** Of all that it is made of but its code or image: an update replaces others of its family. */
  readonly family: string;
  /** Undefined for images. */
  readonly codeSha256: string | undefined;
}

/** What the names of all functions contain, after the namespace. */
const NAME_PREFIX = 'lithops-worker-';
/** Tags by which functions are found again. */
export const TAGS = {
  type: 'lithops-type',
  runtime: 'lithops-runtime',
  memory: 'lithops-memory',
  family: 'lithops-family',
} as const;
export const WORKER_TYPE = 'worker';
/** Lambda's own that tasks can run in. */
export const OWN_RUNTIMES = ['nodejs22.x', 'nodejs24.x'] as const;
/** Version of what is between a client and a function, besides the code of the worker: another one gives other names. */
const LAYOUT = 1;

/**
 * The function of a runtime with so many MB. Its name comes from all that it is made of: equal ones are one function, whoever
 * deploys them, and one is never changed under those who use it.
 */
export function functionPlan(settings: LambdaSettings, memory: number, content: FunctionContent): FunctionPlan {
  const { runtime, architecture, executionRole, userTags = {} } = settings;
  const configuration = configurationOf(settings, memory);
  const code = 'image' in content ? content.image : content.sha256;
  const settled = { layout: LAYOUT, runtime, executionRole, architecture, configuration };
  const family = hashOf(settled);
  const hash = hashOf({ ...settled, code });
  const name = `${functionPrefix(settings)}${hash}`;
  return {
    name,
    family,
    codeSha256: 'image' in content ? undefined : content.sha256,
    input: {
      FunctionName: name,
      Description: `Runs tasks of Lithops in ${runtime}`.slice(0, 256),
      Architectures: [architecture],
      ...('image' in content
        ? { PackageType: 'Image', Code: { ImageUri: content.image }, ImageConfig: { Command: ['--lambda'] } }
        : {
            PackageType: 'Zip',
            Code: { ZipFile: content.zip },
            Handler: HANDLER,
            Runtime: runtime === 'nodejs22.x' ? 'nodejs22.x' : 'nodejs24.x',
          }),
      ...configuration,
      Tags: {
        ...userTags,
        [TAGS.type]: WORKER_TYPE,
        [TAGS.runtime]: runtime,
        [TAGS.memory]: String(memory),
        [TAGS.family]: family,
      },
    },
  };
}

/** What the names of all functions of a namespace begin with. */
export function functionPrefix({ namespace }: Pick<LambdaSettings, 'namespace'>): string {
  return `${namespace === undefined ? '' : `${namespace}-`}${NAME_PREFIX}`;
}

function hashOf(identity: object): string {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16);
}

/** Whether a runtime is an image, not one of Lambda's own. */
export function isImage(runtime: string): boolean {
  return !OWN_RUNTIMES.some((own) => own === runtime);
}

function configurationOf(settings: LambdaSettings, memory: number): Partial<CreateFunctionCommandInput> {
  const { runtimeTimeout, ephemeralStorage, vpc, efs = [], envVars = {}, layers = [] } = settings;
  return {
    MemorySize: memory,
    Timeout: runtimeTimeout,
    EphemeralStorage: { Size: ephemeralStorage },
    Environment: {
      Variables: {
        ...envVars,
        LITHOPS_WORKER_PROCESSES: String(processesOf(settings, memory)),
        LITHOPS_DISK_MB: String(ephemeralStorage),
      },
    },
    ...(vpc !== undefined && { VpcConfig: { SubnetIds: vpc.subnets, SecurityGroupIds: vpc.securityGroups } }),
    ...(efs.length > 0 && {
      FileSystemConfigs: efs.map(({ accessPoint, mountPath }) => ({ Arn: accessPoint, LocalMountPath: mountPath })),
    }),
    ...(layers.length > 0 && { Layers: layers }),
  };
}

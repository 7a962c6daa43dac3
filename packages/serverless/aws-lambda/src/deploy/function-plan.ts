import { createHash } from 'node:crypto';
import type { CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import type { LambdaSettings } from '../settings.ts';
import { processesOf } from '../settings.ts';
import { type FunctionCode, HANDLER } from './function-code.ts';

/** A function as it is to be. */
export interface FunctionPlan {
  readonly name: string;
  /** All but the role, which may have to be made first. */
  readonly input: Omit<CreateFunctionCommandInput, 'Role'>;
  /** Undefined for images. */
  readonly codeSha256: string | undefined;
}

/** What the names of all functions contain, after the namespace. */
export const NAME_PREFIX = 'lithops-worker-';
/** Tags by which functions are found again. */
export const TAGS = { type: 'lithops-type', runtime: 'lithops-runtime', memory: 'lithops-memory' } as const;
export const WORKER_TYPE = 'worker';
/** Version of what is between a client and a function, besides the code of the worker: another one gives other names. */
const LAYOUT = 1;

/**
 * The function of a runtime with so many MB. Its name comes from all that it is made of: equal ones are one function, whoever
 * deploys them, and one is never changed under those who use it.
 */
export function functionPlan(settings: LambdaSettings, memory: number, code: FunctionCode | undefined): FunctionPlan {
  const { runtime, architecture, executionRole, namespace, userTags = {} } = settings;
  const configuration = configurationOf(settings, memory);
  const content = { layout: LAYOUT, runtime, code: code?.sha256, executionRole, architecture, configuration };
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
  const name = `${namespace === undefined ? '' : `${namespace}-`}${NAME_PREFIX}${hash}`;
  return {
    name,
    codeSha256: code?.sha256,
    input: {
      FunctionName: name,
      Description: `Runs tasks of Lithops in ${runtime}`.slice(0, 256),
      Architectures: [architecture],
      ...(code === undefined
        ? { PackageType: 'Image', Code: { ImageUri: runtime } }
        : {
            PackageType: 'Zip',
            Code: { ZipFile: code.zip },
            Handler: HANDLER,
            Runtime: runtime === 'nodejs22.x' ? 'nodejs22.x' : 'nodejs24.x',
          }),
      ...configuration,
      Tags: {
        ...userTags,
        [TAGS.type]: WORKER_TYPE,
        [TAGS.runtime]: runtime,
        [TAGS.memory]: String(memory),
      },
    },
  };
}

/** Whether a runtime is an image, not one of Lambda's own. */
export function isImage(runtime: string): boolean {
  return runtime.includes('.dkr.ecr');
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

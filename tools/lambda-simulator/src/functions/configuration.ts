import type {
  CreateFunctionRequest,
  FunctionConfiguration,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda';
import { invalidParameter } from '../api/service-error.ts';
import { RESERVED_VARIABLES } from '../execution/sandbox-environment.ts';
import { LIMITS } from '../limits.ts';
import type { FunctionRecord } from './function-record.ts';

type Given = Partial<CreateFunctionRequest & UpdateFunctionConfigurationRequest>;

/** A configuration from what was given, what was there, and what the service takes otherwise. */
export function configurationOf(given: Given, before: FunctionConfiguration = {}): FunctionConfiguration {
  checkVariables(given.Environment?.Variables ?? {});
  const name = given.FunctionName ?? before.FunctionName ?? '';
  const group = given.LoggingConfig?.LogGroup ?? before.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
  const vpc = given.VpcConfig ?? before.VpcConfig;
  const image = given.ImageConfig ?? before.ImageConfigResponse?.ImageConfig;
  const layers = given.Layers?.map((Arn) => ({ Arn, CodeSize: 0 })) ?? before.Layers;
  return compact({
    FunctionName: name,
    Role: given.Role ?? before.Role,
    Runtime: given.Runtime ?? before.Runtime,
    Handler: given.Handler ?? before.Handler,
    Description: given.Description ?? before.Description ?? '',
    Timeout: given.Timeout ?? before.Timeout ?? 3,
    MemorySize: given.MemorySize ?? before.MemorySize ?? 128,
    EphemeralStorage: given.EphemeralStorage ?? before.EphemeralStorage ?? { Size: 512 },
    PackageType: given.PackageType ?? before.PackageType ?? 'Zip',
    Architectures: given.Architectures ?? before.Architectures ?? ['x86_64'],
    Environment: given.Environment ?? before.Environment,
    VpcConfig:
      vpc === undefined ? undefined : { ...vpc, VpcId: (vpc.SubnetIds?.length ?? 0) === 0 ? '' : 'vpc-simulated' },
    FileSystemConfigs: given.FileSystemConfigs ?? before.FileSystemConfigs,
    Layers: layers === undefined || layers.length === 0 ? undefined : layers,
    DeadLetterConfig: given.DeadLetterConfig ?? before.DeadLetterConfig,
    TracingConfig: given.TracingConfig ?? before.TracingConfig ?? { Mode: 'PassThrough' },
    KMSKeyArn: given.KMSKeyArn ?? before.KMSKeyArn,
    ImageConfigResponse: image === undefined ? undefined : { ImageConfig: image },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: given.LoggingConfig?.LogFormat ?? before.LoggingConfig?.LogFormat ?? 'Text',
      LogGroup: group,
    },
  });
}

/** @throws ServiceError when parts of a configuration do not go together. */
export function checkConfiguration(configuration: FunctionConfiguration): void {
  const { PackageType, Runtime, Handler, FileSystemConfigs, VpcConfig, Layers } = configuration;
  if (PackageType === 'Zip' && Runtime === undefined)
    throw invalidParameter('Runtime is mandatory for functions created with deployment packages.');
  if (PackageType === 'Zip' && Handler === undefined)
    throw invalidParameter('Handler is mandatory for functions created with deployment packages.');
  if (PackageType === 'Image' && (Runtime !== undefined || Handler !== undefined))
    throw invalidParameter(
      "Please don't provide Runtime, Handler or Layers when creating a function with PackageType Image.",
    );
  if (FileSystemConfigs !== undefined && FileSystemConfigs.length > 0 && (VpcConfig?.SubnetIds?.length ?? 0) === 0)
    throw invalidParameter('Function must be configured to execute in a VPC to reference access point.');
  if ((VpcConfig?.SubnetIds?.length ?? 0) > 0 && (VpcConfig?.SecurityGroupIds?.length ?? 0) === 0)
    throw invalidParameter('SecurityGroupIds must be provided with SubnetIds.');
  if ((Layers?.length ?? 0) > LIMITS.layers)
    throw invalidParameter(`Cannot reference more than ${LIMITS.layers} layers.`);
  if (Runtime !== undefined && !/^nodejs2\d\.x$/.test(Runtime)) {
    if (/^(nodejs(4|6|8|10|12|14|16|18)|python2|python3\.[678]$|go1|ruby2|dotnetcore|java8$|dotnet6)/.test(Runtime))
      throw invalidParameter(
        `The runtime parameter of ${Runtime} is no longer supported for creating or updating AWS Lambda functions.`,
      );
    throw invalidParameter(`this simulator runs nodejs22.x and nodejs24.x, not ${Runtime}`);
  }
}

/** As `GetFunctionConfiguration` shows it. */
export function shown(record: FunctionRecord, arn: string): FunctionConfiguration {
  const { configuration, code, state, update } = record;
  return compact({
    ...configuration,
    FunctionArn: arn,
    Version: '$LATEST',
    CodeSize: code.kind === 'zip' ? code.bytes : 0,
    CodeSha256: code.sha256,
    LastModified: record.lastModified.toISOString().replace('Z', '+0000'),
    RevisionId: record.revision,
    State: state,
    StateReason: state === 'Pending' ? 'The function is being created.' : undefined,
    StateReasonCode: state === 'Pending' ? 'Creating' : undefined,
    LastUpdateStatus: state === 'Pending' ? 'InProgress' : update,
    LastUpdateStatusReason:
      state === 'Pending' || update === 'InProgress' ? 'The function is being created.' : undefined,
    LastUpdateStatusReasonCode: state === 'Pending' || update === 'InProgress' ? 'Creating' : undefined,
    RuntimeVersionConfig:
      code.kind === 'zip'
        ? { RuntimeVersionArn: `${arn.split(':').slice(0, 4).join(':')}::runtime:simulated` }
        : undefined,
  });
}

function checkVariables(variables: Readonly<Record<string, string>>): void {
  const reserved = Object.keys(variables).filter((name) => RESERVED_VARIABLES.includes(name));
  if (reserved.length > 0)
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > LIMITS.environmentBytes)
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${JSON.stringify(variables).slice(0, 200)}`,
    );
}

function compact(value: Readonly<Record<string, unknown>>): FunctionConfiguration {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

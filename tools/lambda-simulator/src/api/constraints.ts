import { Architecture, InvocationType, LogFormat, LogType, PackageType, Runtime } from '@aws-sdk/client-lambda';

export interface Constraint {
  /** Of numbers, of the length of texts, of the number of items. */
  readonly min?: number;
  readonly max?: number;
  /** Of the whole text. */
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
}

const REGION = '(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}';
const functionName = (max: number, characters: string): Constraint => ({
  min: 1,
  max,
  pattern: new RegExp(
    `^(arn:(aws[a-zA-Z-]*)?:lambda:)?(${REGION}:)?(\\d{12}:)?(function:)?([${characters}]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$`,
  ),
});
const ARN = /^((arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|())$/;
const CHANGED_NAME = functionName(140, 'a-zA-Z0-9-_');
const ANY_NAME = functionName(256, 'a-zA-Z0-9-_\\.');
const QUALIFIER: Constraint = { min: 1, max: 128, pattern: /^(\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+)$/ };
const RESOURCE: Constraint = {
  min: 1,
  max: 10_000,
  pattern: new RegExp(
    `^arn:(aws[a-zA-Z-]*):lambda:${REGION}:\\d{12}:function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?$`,
  ),
};
const TAG = /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u;
const LAYER_NAME: Constraint = {
  min: 1,
  max: 140,
  pattern: new RegExp(`^((arn:(aws[a-zA-Z-]*)?:lambda:${REGION}:\\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+)$`),
};
const CODE: Readonly<Record<string, Constraint>> = {
  S3Bucket: { min: 3, max: 63, pattern: /^[0-9A-Za-z.\-_]*(?<!\.)$/ },
  S3Key: { min: 1, max: 1024 },
  S3ObjectVersion: { min: 1, max: 1024 },
};
const EVENT_RETRIES: Constraint = { min: 0, max: 2 };
const EVENT_AGE: Constraint = { min: 60, max: 21_600 };
const CONFIGURATION: Readonly<Record<string, Constraint>> = {
  FunctionName: CHANGED_NAME,
  Runtime: { values: Object.values(Runtime) },
  Role: { pattern: /^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/ },
  Handler: { max: 128, pattern: /^[^\s]+$/ },
  Description: { max: 256 },
  // What the API's model allows is for capacity providers; other functions get what they always got.
  Timeout: { min: 1, max: 900 },
  MemorySize: { min: 128, max: 10_240 },
  PackageType: { values: Object.values(PackageType) },
  Architectures: { min: 1, max: 1 },
  'Architectures[]': { values: Object.values(Architecture) },
  KMSKeyArn: { max: 10_000, pattern: ARN },
  'Layers[]': {
    min: 1,
    max: 2048,
    pattern: new RegExp(`^arn:(aws[a-zA-Z-]*)?:lambda:${REGION}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+$`),
  },
  FileSystemConfigs: { min: 0, max: 1 },
  'Tags{key}': { min: 1, max: 128, pattern: TAG },
  'Tags{value}': { max: 256, pattern: TAG },
  'Code.S3Bucket': CODE['S3Bucket'] ?? {},
  'Code.S3Key': CODE['S3Key'] ?? {},
  'Environment.Variables{key}': { pattern: /^[a-zA-Z]([a-zA-Z0-9_])+$/ },
  'EphemeralStorage.Size': { min: 512, max: 10_240 },
  'VpcConfig.SubnetIds': { max: 16 },
  'VpcConfig.SubnetIds[]': { max: 1024, pattern: /^subnet-[0-9a-z]*$/ },
  'VpcConfig.SecurityGroupIds': { max: 5 },
  'VpcConfig.SecurityGroupIds[]': { max: 1024, pattern: /^sg-[0-9a-zA-Z]*$/ },
  'FileSystemConfigs[].Arn': {
    max: 256,
    pattern: new RegExp(`^arn:aws[a-zA-Z-]*:elasticfilesystem:${REGION}:\\d{12}:access-point/fsap-[a-f0-9]{17}$`),
  },
  'FileSystemConfigs[].LocalMountPath': { max: 160, pattern: /^\/mnt\/[a-zA-Z0-9-_.]+$/ },
  'ImageConfig.EntryPoint': { max: 1500 },
  'ImageConfig.Command': { max: 1500 },
  'ImageConfig.WorkingDirectory': { max: 1000 },
  'DeadLetterConfig.TargetArn': { max: 10_000, pattern: ARN },
  'LoggingConfig.LogFormat': { values: Object.values(LogFormat) },
  'LoggingConfig.LogGroup': { min: 1, max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ },
  'TracingConfig.Mode': { values: ['Active', 'PassThrough'] },
};
const NAMED = { FunctionName: ANY_NAME, Qualifier: QUALIFIER };
const RESERVED = { FunctionName: CHANGED_NAME, ReservedConcurrentExecutions: { min: 0 } };
const EVENTS = { ...NAMED, MaximumRetryAttempts: EVENT_RETRIES, MaximumEventAgeInSeconds: EVENT_AGE };

/**
 * What the API's model says of values, which the SDK for JavaScript leaves out of its schemas. By operation and path.
 * Source: the model that the SDKs are made from (service-2.json of Lambda, 2015-03-31, in botocore 1.43.117).
 */
export const CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, Constraint>>>> = {
  CreateFunction: CONFIGURATION,
  UpdateFunctionConfiguration: CONFIGURATION,
  UpdateFunctionCode: { ...CONFIGURATION, ...CODE },
  GetFunction: NAMED,
  GetFunctionConfiguration: NAMED,
  DeleteFunction: NAMED,
  Invoke: {
    ...NAMED,
    InvocationType: { values: Object.values(InvocationType) },
    LogType: { values: Object.values(LogType) },
  },
  InvokeWithResponseStream: {
    ...NAMED,
    InvocationType: { values: ['RequestResponse', 'DryRun'] },
    LogType: { values: Object.values(LogType) },
  },
  ListFunctions: { MaxItems: { min: 1, max: 10_000 }, FunctionVersion: { values: ['ALL'] } },
  TagResource: {
    Resource: RESOURCE,
    'Tags{key}': { min: 1, max: 128, pattern: TAG },
    'Tags{value}': { max: 256, pattern: TAG },
  },
  UntagResource: { Resource: RESOURCE, 'TagKeys[]': { min: 1, max: 128, pattern: TAG } },
  ListTags: { Resource: RESOURCE },
  PutFunctionConcurrency: RESERVED,
  GetFunctionConcurrency: RESERVED,
  DeleteFunctionConcurrency: RESERVED,
  PutFunctionEventInvokeConfig: EVENTS,
  UpdateFunctionEventInvokeConfig: EVENTS,
  GetFunctionEventInvokeConfig: NAMED,
  DeleteFunctionEventInvokeConfig: NAMED,
  PublishLayerVersion: {
    LayerName: LAYER_NAME,
    Description: { max: 256 },
    LicenseInfo: { max: 512 },
    CompatibleArchitectures: { max: 2 },
    CompatibleRuntimes: { max: 15 },
    'CompatibleRuntimes[]': { values: Object.values(Runtime) },
    'Content.S3Bucket': CODE['S3Bucket'] ?? {},
    'Content.S3Key': CODE['S3Key'] ?? {},
  },
  ListLayers: { MaxItems: { min: 1, max: 50 } },
  ListLayerVersions: { LayerName: LAYER_NAME, MaxItems: { min: 1, max: 50 } },
  GetLayerVersion: { LayerName: LAYER_NAME },
  DeleteLayerVersion: { LayerName: LAYER_NAME },
};

import type * as lambda from '@aws-sdk/client-lambda';
import type { Functions } from '../functions/functions.ts';
import type { Layers } from '../functions/layers.ts';
import type { Concurrency } from '../invocations/concurrency.ts';
import type { Invoker } from '../invocations/invoker.ts';
import { invokeWithResponseStream } from '../invocations/response-stream.ts';
import { invalidParameter, notFound } from './service-error.ts';

/** What operations are carried out by. */
export interface HandlerParts {
  readonly functions: Functions;
  readonly concurrency: Concurrency;
  readonly invoker: Invoker;
  readonly layers: Layers;
}

export interface HandlerCall {
  readonly requestId: string;
}

// Inputs were decoded and checked by the schemas of their operations.
// biome-ignore lint/suspicious/noExplicitAny: each handler names the input of its own operation
export type Handler = (input: any, call: HandlerCall) => unknown;

const MAX_TAGS = 50;

/** What there is of the API, by operation. */
export function createHandlers({
  functions,
  concurrency,
  invoker,
  layers,
}: HandlerParts): Readonly<Record<string, Handler>> {
  const tagged = (arn: string) => functions.get(arn);
  return {
    CreateFunction: (input: lambda.CreateFunctionRequest) => functions.create(input),
    GetFunction: ({ FunctionName = '' }: lambda.GetFunctionRequest) => functions.describe(FunctionName),
    GetFunctionConfiguration: ({ FunctionName = '' }: lambda.GetFunctionConfigurationRequest) =>
      functions.show(FunctionName),
    UpdateFunctionCode: (input: lambda.UpdateFunctionCodeRequest) => functions.updateCode(input),
    UpdateFunctionConfiguration: (input: lambda.UpdateFunctionConfigurationRequest) =>
      functions.updateConfiguration(input),
    DeleteFunction: ({ FunctionName = '' }: lambda.DeleteFunctionRequest) => {
      functions.delete(FunctionName);
      return {};
    },
    ListFunctions: (input: lambda.ListFunctionsRequest) => functions.list(input),
    Invoke: (input: lambda.InvocationRequest, { requestId }) => invoker.invoke(input, requestId),
    InvokeWithResponseStream: (input: lambda.InvokeWithResponseStreamRequest, { requestId }) =>
      invokeWithResponseStream(invoker, input, requestId),
    PublishLayerVersion: (input: lambda.PublishLayerVersionRequest) => layers.publish(input),
    GetLayerVersion: ({ LayerName = '', VersionNumber = 0 }: lambda.GetLayerVersionRequest) =>
      layers.get(LayerName, Number(VersionNumber)),
    ListLayers: () => layers.list(),
    ListLayerVersions: ({ LayerName = '' }: lambda.ListLayerVersionsRequest) => layers.versions(LayerName),
    DeleteLayerVersion: ({ LayerName = '', VersionNumber = 0 }: lambda.DeleteLayerVersionRequest) => {
      layers.delete(LayerName, Number(VersionNumber));
      return {};
    },
    ListTags: ({ Resource = '' }: lambda.ListTagsRequest) => ({ Tags: { ...tagged(Resource).tags } }),
    TagResource: ({ Resource = '', Tags = {} }: lambda.TagResourceRequest) => {
      const record = tagged(Resource);
      const tags = { ...record.tags, ...Tags };
      if (Object.keys(tags).length > MAX_TAGS) throw invalidParameter(`Too many tags: only ${MAX_TAGS} are allowed.`);
      record.tags = tags;
      return {};
    },
    UntagResource: ({ Resource = '', TagKeys = [] }: lambda.UntagResourceRequest) => {
      const record = tagged(Resource);
      record.tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !TagKeys.includes(key)));
      return {};
    },
    PutFunctionConcurrency: ({
      FunctionName = '',
      ReservedConcurrentExecutions = 0,
    }: lambda.PutFunctionConcurrencyRequest) => {
      concurrency.reserve(functions.get(FunctionName), ReservedConcurrentExecutions);
      return { ReservedConcurrentExecutions };
    },
    GetFunctionConcurrency: ({ FunctionName = '' }: lambda.GetFunctionConcurrencyRequest) => {
      const { reservedConcurrency } = functions.get(FunctionName);
      return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
    },
    DeleteFunctionConcurrency: ({ FunctionName = '' }: lambda.DeleteFunctionConcurrencyRequest) => {
      delete functions.get(FunctionName).reservedConcurrency;
      return {};
    },
    PutFunctionEventInvokeConfig: (input: lambda.PutFunctionEventInvokeConfigRequest) =>
      setEventInvoke(functions, input, {}),
    UpdateFunctionEventInvokeConfig: (input: lambda.UpdateFunctionEventInvokeConfigRequest) =>
      setEventInvoke(functions, input, eventInvokeOf(functions, input.FunctionName)),
    GetFunctionEventInvokeConfig: ({ FunctionName }: lambda.GetFunctionEventInvokeConfigRequest) =>
      eventInvokeOf(functions, FunctionName),
    DeleteFunctionEventInvokeConfig: ({ FunctionName }: lambda.DeleteFunctionEventInvokeConfigRequest) => {
      eventInvokeOf(functions, FunctionName);
      delete functions.get(FunctionName ?? '').eventInvoke;
      return {};
    },
    GetAccountSettings: (): lambda.GetAccountSettingsResponse => ({
      AccountLimit: {
        ConcurrentExecutions: concurrency.limit,
        UnreservedConcurrentExecutions: concurrency.unreserved,
        CodeSizeUnzipped: 262_144_000,
        CodeSizeZipped: 52_428_800,
        TotalCodeSize: 80_530_636_800,
      },
      AccountUsage: {
        FunctionCount: functions.all.length,
        TotalCodeSize: functions.all.reduce((sum, { code }) => sum + (code.kind === 'zip' ? code.bytes : 0), 0),
      },
    }),
  };
}

function setEventInvoke(
  functions: Functions,
  input: lambda.PutFunctionEventInvokeConfigRequest,
  before: lambda.FunctionEventInvokeConfig,
): lambda.FunctionEventInvokeConfig {
  const record = functions.get(input.FunctionName ?? '');
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = input;
  record.eventInvoke = {
    ...before,
    ...(MaximumRetryAttempts === undefined ? {} : { MaximumRetryAttempts }),
    ...(MaximumEventAgeInSeconds === undefined ? {} : { MaximumEventAgeInSeconds }),
    DestinationConfig: DestinationConfig ?? before.DestinationConfig ?? { OnSuccess: {}, OnFailure: {} },
    FunctionArn: `${functions.arn(record.version.functionName)}:$LATEST`,
    LastModified: new Date(),
  };
  return record.eventInvoke;
}

function eventInvokeOf(functions: Functions, name = ''): lambda.FunctionEventInvokeConfig {
  const record = functions.get(name);
  if (record.eventInvoke === undefined)
    throw notFound(`The function ${functions.arn(record.version.functionName)} doesn't have an EventInvokeConfig`);
  return record.eventInvoke;
}

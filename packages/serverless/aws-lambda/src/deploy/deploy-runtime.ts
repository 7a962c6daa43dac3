import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { PluginContext, PluginLogger } from '@lithops/core/plugin';
import type { LambdaSettings } from '../settings.ts';
import { deployFunction } from './deploy-function.ts';
import { functionCode } from './function-code.ts';
import { type FunctionPlan, functionPlan, isImage } from './function-plan.ts';
import { runtimeImage } from './runtime-image.ts';

export interface RuntimeRequest {
  readonly client: LambdaClient;
  readonly settings: LambdaSettings;
  readonly context: Pick<PluginContext, 'storageCode'>;
  /** MB. */
  readonly memory: number;
  readonly logger: PluginLogger;
  readonly signal: AbortSignal;
}

/** Has the function of a runtime. @returns its name @throws ConfigError, InvocationError, PayloadTooLargeError */
export async function deployRuntime(request: RuntimeRequest): Promise<string> {
  const plan = await planOf(request);
  await deployFunction({ ...request, plan });
  return plan.name;
}

/** The function that a runtime is, whether it is there or not; its image is in ECR from then on. */
export async function planOf({
  settings,
  context,
  memory,
  logger,
  signal,
}: Omit<RuntimeRequest, 'client'>): Promise<FunctionPlan> {
  const onOutput = (text: string) => logger.info(text.trimEnd());
  const content = isImage(settings.runtime)
    ? { image: await runtimeImage(settings, context, { onOutput, signal }) }
    : await functionCode(context);
  return functionPlan(settings, memory, content);
}

import type {} from '@lithops/core';
import { type ComputePlugin, type DetachRule, defineComputePlugin, type PluginReference } from '@lithops/core/plugin';
import { type LambdaConfig, type LambdaConfigInput, lambdaConfig } from './config.ts';
import { startSeconds } from './invoke/event-age.ts';
import { LIMITS } from './limits.ts';
import { lambdaPricing } from './pricing.ts';
import { type LambdaSettings, processesOf, withDefaults } from './settings.ts';

export type { LambdaConfig, LambdaConfigInput } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    aws_lambda: LambdaConfigInput;
  }
}

/** Base64, and what JSON adds to it; functions and other arguments travel beside the items. */
const MOST_ITEM_BYTES = LIMITS.requestBytes / 4;

/** Connections on which nothing moves are cut on the way (NAT gateways of AWS: after 350 s). */
const SILENT_SECONDS = 300;
/** As many responses as a client should have open. */
const OPEN_RESPONSES = 1000;

/** Where `invoke_type` says nothing. */
function detachRule({ responseStreaming }: LambdaSettings): DetachRule {
  return { beyondAtOnce: OPEN_RESPONSES, ...(!responseStreaming && { beyondSeconds: SILENT_SECONDS }) };
}

/** Compute plugin `aws_lambda`: workers are functions of AWS Lambda, deployed when they are first needed. */
const plugin: ComputePlugin<LambdaConfig> = defineComputePlugin({
  api: 1,
  name: 'aws_lambda',
  mode: 'serverless',
  config: lambdaConfig,
  capabilities: (config) => {
    const settings = withDefaults(config);
    const detached = settings.invokeType === 'Event';
    const streamed = settings.responseStreaming && !detached;
    return {
      delivery: detached ? 'storage' : 'response',
      ...(settings.invokeType === undefined && { detaches: detachRule(settings) }),
      startSeconds: startSeconds(settings),
      maxWorkers: Math.min(settings.maxWorkers, settings.invokePoolThreads ?? settings.maxWorkers),
      concurrencyPerWorker: 1,
      parallelCalls: processesOf(settings, settings.runtimeMemory),
      maxPayloadBytes: MOST_ITEM_BYTES,
      maxResultBytes: streamed ? 2 * LIMITS.responseBytes : LIMITS.responseBytes / 2,
      maxTaskSeconds: settings.runtimeTimeout,
      recall: false,
      logs: true,
      exitCauses: true,
      sharesFileSystem: false,
      sharesMachine: false,
      deploysStorage: true,
      memoryPerJob: true,
      externals: config.externals ?? [],
    };
  },
  pricing: (config) => lambdaPricing(withDefaults(config)),
  create: async (config, context) => {
    const { LambdaBackend } = await import('./lambda-backend.ts');
    return new LambdaBackend(withDefaults(config), context);
  },
});

/** `backend: awsLambda({ region: 'eu-west-1' })` */
export function awsLambda(config: LambdaConfigInput = {}): PluginReference {
  return { plugin: plugin as ComputePlugin, config };
}

export default plugin;

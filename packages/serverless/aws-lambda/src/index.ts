import type {} from '@lithops/core';
import { type ComputePlugin, defineComputePlugin, type PluginReference } from '@lithops/core/plugin';
import { type LambdaConfig, type LambdaConfigInput, lambdaConfig } from './config.ts';
import { LIMITS } from './limits.ts';
import { lambdaPricing } from './pricing.ts';
import { processesOf, withDefaults } from './settings.ts';

export type { LambdaConfig, LambdaConfigInput } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    aws_lambda: LambdaConfigInput;
  }
}

/** Base64, and what JSON adds to it; functions and other arguments travel beside the items. */
const MOST_ITEM_BYTES = LIMITS.requestBytes / 4;

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

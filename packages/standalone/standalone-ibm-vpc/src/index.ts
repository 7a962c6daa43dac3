import type {} from '@lithops/core';
import { type ComputePlugin, defineComputePlugin, type PluginReference } from '@lithops/core/plugin';
import { madeMachinesCapabilities } from '@lithops/standalone/plugin';
import { type IbmVpcConfig, ibmVpcConfig } from './config.ts';

export type { IbmVpcConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    ibm_vpc: IbmVpcConfig;
  }
}

/** Compute plugin `ibm_vpc`: virtual machines of IBM Cloud VPC. */
const plugin: ComputePlugin<IbmVpcConfig> = defineComputePlugin({
  api: 1,
  name: 'ibm_vpc',
  mode: 'standalone',
  config: ibmVpcConfig,
  capabilities: (config) => madeMachinesCapabilities(config),
  create: async (config, context) => (await import('./open-backend.ts')).openBackend(config, context),
});

/** `backend: ibmVpc({ region: 'us-south', iamApiKey, resourceGroupId })` */
export function ibmVpc(config: IbmVpcConfig): PluginReference {
  return { plugin: plugin as ComputePlugin, config };
}

export default plugin;

import type {} from '@lithops/core';
import { type ComputePlugin, defineComputePlugin, type PluginReference } from '@lithops/core/plugin';
import { madeMachinesCapabilities } from '@lithops/standalone/plugin';
import { type Ec2Config, type Ec2ConfigInput, ec2Config } from './config.ts';

export type { Ec2Config, Ec2ConfigInput } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    aws_ec2: Ec2ConfigInput;
  }
}

/** Compute plugin `aws_ec2`: workers are machines of Amazon EC2, made when there is work. */
const plugin: ComputePlugin<Ec2Config> = defineComputePlugin({
  api: 1,
  name: 'aws_ec2',
  mode: 'standalone',
  config: ec2Config,
  capabilities: (config) => madeMachinesCapabilities(config),
  create: async (config, context) => (await import('./open-backend.ts')).openBackend(config, context),
});

/** `backend: awsEc2({ region: 'eu-west-1' })` */
export function awsEc2(config: Ec2ConfigInput = {}): PluginReference {
  return { plugin: plugin as ComputePlugin, config };
}

export default plugin;

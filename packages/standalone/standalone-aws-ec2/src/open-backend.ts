import type { ComputeBackend, PluginContext } from '@lithops/core/plugin';
import { VmBackend } from '@lithops/standalone';
import { type Ec2Config, instanceTypes } from './config.ts';
import { openConsumed } from './consume/open-consumed.ts';
import { Ec2Provider } from './machines/ec2-provider.ts';

const DEFAULT_USER = 'ubuntu';

/** Nothing is asked of EC2 yet. @throws ConfigError */
export async function openBackend(config: Ec2Config, context: PluginContext): Promise<ComputeBackend> {
  const { execMode, instanceId, targetAmi, image = targetAmi, sshUsername = DEFAULT_USER, ...section } = config;
  if (execMode === 'consume' && instanceId !== undefined)
    return openConsumed(instanceId, { ...config, sshUsername }, context);
  const [masterInstanceType, workerInstanceType] = instanceTypes(config);
  return VmBackend.open(
    new Ec2Provider(config, context.logger),
    {
      ...section,
      execMode: execMode === 'create' ? 'create' : 'reuse',
      masterInstanceType,
      workerInstanceType,
      image,
      sshUsername,
    },
    context,
  );
}

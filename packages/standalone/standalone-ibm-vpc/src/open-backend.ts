import type { ComputeBackend, PluginContext } from '@lithops/core/plugin';
import { VmBackend, type VmSection } from '@lithops/standalone';
import type { IbmVpcConfig } from './config.ts';
import { openExisting } from './existing-machine.ts';
import { IbmVpcProvider } from './ibm-vpc-provider.ts';
import { DEFAULT_USER, providerSettings } from './provider-settings.ts';

const DEFAULT_PROFILE = 'cx2-2x4';

/** @throws ConfigError */
export async function openBackend(config: IbmVpcConfig, context: PluginContext): Promise<ComputeBackend> {
  const provider = new IbmVpcProvider(providerSettings(config));
  return config.execMode === 'consume'
    ? openExisting(provider, config, context)
    : VmBackend.open(provider, sectionOf(config, config.execMode), context);
}

/** Our keys as those that all clouds have. */
function sectionOf(config: IbmVpcConfig, execMode: VmSection['execMode']): VmSection {
  const { masterProfileName, workerProfileName, imageId, sshUsername } = config;
  return {
    ...config,
    execMode,
    masterInstanceType: masterProfileName ?? DEFAULT_PROFILE,
    workerInstanceType: workerProfileName ?? DEFAULT_PROFILE,
    image: imageId,
    sshUsername: sshUsername ?? DEFAULT_USER,
  };
}

import type { VpcSimulator } from '@lithops-tools/ibm-vpc-simulator';
import type { IbmVpcConfig } from '../src/index.ts';
import { type ProviderSettings, providerSettings } from '../src/provider-settings.ts';

/** A section for a simulated account. */
export function sectionFor(cloud: VpcSimulator, more: Partial<IbmVpcConfig> = {}): IbmVpcConfig {
  const { region, endpoint, apiKey: iamApiKey, resourceGroupId } = cloud;
  return { region, endpoint, iamEndpoint: endpoint, iamApiKey, resourceGroupId, ...more };
}

export function settingsFor(cloud: VpcSimulator, more: Partial<IbmVpcConfig> = {}): ProviderSettings {
  return providerSettings(sectionFor(cloud, more));
}

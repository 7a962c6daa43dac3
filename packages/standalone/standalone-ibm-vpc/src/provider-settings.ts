import { apiKeyOf, type IbmVpcConfig } from './config.ts';

/** What the provider needs of a section, completed. */
export interface ProviderSettings {
  readonly endpoint: string;
  readonly apiKey: string;
  readonly iamEndpoint: string | undefined;
  readonly resourceGroup: { readonly id: string } | undefined;
  /** Undefined where the subnet tells. */
  readonly zone: string | undefined;
  readonly vpcId: string | undefined;
  readonly vpcName: string;
  readonly subnetId: string | undefined;
  readonly securityGroupId: string | undefined;
  /** Address or id. */
  readonly floatingIp: string | undefined;
  readonly sshKeyId: string | undefined;
  readonly bootVolume: { readonly profile: string; readonly capacity: number | undefined };
}

const DEFAULT_VPC = 'lithops';
export const DEFAULT_USER = 'ubuntu';

export function providerSettings(config: IbmVpcConfig): ProviderSettings {
  const { region, endpoint, resourceGroupId, subnetId, zone = config.zoneName } = config;
  return {
    endpoint: endpoint ?? `https://${region}.iaas.cloud.ibm.com`,
    apiKey: apiKeyOf(config) ?? '',
    iamEndpoint: config.iamEndpoint,
    resourceGroup: resourceGroupId === undefined ? undefined : { id: resourceGroupId },
    zone: zone ?? (subnetId === undefined && region !== undefined ? `${region}-1` : undefined),
    vpcId: config.vpcId,
    vpcName: config.vpcName ?? DEFAULT_VPC,
    subnetId,
    securityGroupId: config.securityGroupId,
    floatingIp: config.floatingIp,
    sshKeyId: config.sshKeyId,
    bootVolume: { profile: config.bootVolumeProfile ?? 'general-purpose', capacity: config.bootVolumeCapacity },
  };
}

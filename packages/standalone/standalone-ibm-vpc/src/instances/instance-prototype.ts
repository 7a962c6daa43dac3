import { randomBytes } from 'node:crypto';
import type { VmSpec } from '@lithops/standalone';
import type { Network } from '../network/vpc-network.ts';
import type { ProviderSettings } from '../provider-settings.ts';
import { BOOT_VOLUME } from '../vpc-images.ts';
import { tagsOf } from './instance-tags.ts';

/** A machine as IBM is asked for it. @param image its id */
export function instancePrototype(spec: VmSpec, image: string, network: Network, settings: ProviderSettings): object {
  const { resourceGroup, sshKeyId, bootVolume } = settings;
  return {
    name: spec.name,
    vpc: { id: network.vpcId },
    zone: { name: network.zone },
    profile: { name: spec.instanceType },
    image: { id: image },
    user_data: spec.userData,
    boot_volume_attachment: {
      delete_volume_on_instance_delete: true,
      volume: {
        name: `${BOOT_VOLUME}${randomBytes(8).toString('hex')}`,
        profile: { name: bootVolume.profile },
        ...(bootVolume.capacity !== undefined && { capacity: bootVolume.capacity }),
        user_tags: tagsOf(spec),
      },
    },
    primary_network_interface: {
      name: 'eth0',
      subnet: { id: network.subnetId },
      security_groups: [{ id: network.securityGroupId }],
    },
    ...(sshKeyId !== undefined && { keys: [{ id: sshKeyId }] }),
    ...(resourceGroup !== undefined && { resource_group: resourceGroup }),
  };
}

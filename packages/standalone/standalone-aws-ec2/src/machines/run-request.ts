import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { VmSpec } from '@lithops/standalone';
import { CLAIM_TAG, taggedAs } from '../aws/tags.ts';
import type { Ec2Config } from '../config.ts';
import type { MachineImageFacts } from '../images/find-image.ts';
import type { Ec2Network } from '../network/network.ts';

/** What a machine is made of, besides what it is made for. */
export interface RunParts {
  readonly config: Ec2Config;
  readonly network: Ec2Network;
  readonly image: MachineImageFacts;
  /** By which EC2 makes it once. */
  readonly token: string;
  /** Only of this request. */
  readonly claim: string;
}

/** A machine with an encrypted disk, whose metadata are given by IMDSv2 only, and that ends when it is turned off from within. */
export function runRequest(spec: VmSpec, { config, network, image, token, claim }: RunParts): RunInstancesCommandInput {
  const { sshKeyName, instanceProfile = config.instanceRole, bootVolumeSize, runtime, userTags } = config;
  const isPublic = config.assignPublicIp !== false && network.subnetOf(spec) === network.publicSubnet;
  const isSpot = isSpotMachine(spec, config);
  const tags = { ...userTags, ...spec.labels, Name: spec.name, [CLAIM_TAG]: claim };
  return {
    MinCount: 1,
    MaxCount: 1,
    ClientToken: token,
    ImageId: image.id,
    InstanceType: spec.instanceType as NonNullable<RunInstancesCommandInput['InstanceType']>, // EC2 has more of them than this SDK knows
    UserData: Buffer.from(spec.userData).toString('base64'),
    InstanceInitiatedShutdownBehavior: spec.onPowerOff === 'delete' ? 'terminate' : 'stop',
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: network.subnetOf(spec),
        Groups: [network.securityGroup],
        AssociatePublicIpAddress: isPublic,
        DeleteOnTermination: true,
      },
    ],
    BlockDeviceMappings: [
      {
        DeviceName: image.rootDevice,
        Ebs: {
          Encrypted: true,
          DeleteOnTermination: true,
          VolumeType: 'gp3',
          ...(bootVolumeSize !== undefined && { VolumeSize: bootVolumeSize }),
        },
      },
    ],
    MetadataOptions: {
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      // Containers are one hop further: they reach it where they are to have the rights of a role.
      HttpPutResponseHopLimit: runtime !== undefined && instanceProfile !== undefined ? 2 : 1,
    },
    ...(sshKeyName !== undefined && { KeyName: sshKeyName }),
    ...(instanceProfile !== undefined && {
      IamInstanceProfile: instanceProfile.startsWith('arn:') ? { Arn: instanceProfile } : { Name: instanceProfile },
    }),
    ...(isSpot && {
      InstanceMarketOptions: {
        MarketType: 'spot',
        SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' },
      },
    }),
    TagSpecifications: taggedAs(['instance', 'volume'], tags),
  };
}

/** A worker whose loss others make up for; one that is to be kept, or becomes an image, could not be stopped. */
function isSpotMachine({ reachedBy, onPowerOff }: VmSpec, { requestSpotInstances = true }: Ec2Config): boolean {
  return requestSpotInstances && reachedBy === 'machines' && onPowerOff === 'delete';
}

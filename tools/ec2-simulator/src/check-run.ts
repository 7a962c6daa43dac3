import type { RunInstancesRequest, Tag } from '@aws-sdk/client-ec2';
import { Ec2Fault } from './ec2-fault.ts';

const USER_DATA_BYTES = 16 * 1024;
const TAGS = 50;

/** Refuses what EC2 refuses, where moto takes it. */
export function checkRun(input: RunInstancesRequest): void {
  const { MinCount, MaxCount, UserData = '', ClientToken = '', MetadataOptions = {}, TagSpecifications = [] } = input;
  if (MinCount !== 1 || MaxCount !== 1)
    throw new Ec2Fault('UnsupportedOperation', 'this simulator makes one instance for a request');
  const bytes = Buffer.from(UserData, 'base64');
  if (bytes.toString('base64') !== UserData)
    throw new Ec2Fault('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  if (bytes.length > USER_DATA_BYTES)
    throw new Ec2Fault('InvalidParameterValue', 'User data is limited to 16384 bytes');
  if (ClientToken.length > 64 || !/^[\x21-\x7e]*$/.test(ClientToken))
    throw new Ec2Fault('InvalidParameterValue', 'Invalid client token. It must be of up to 64 ASCII characters');
  oneOf('MetadataOptions.HttpTokens', MetadataOptions.HttpTokens, ['optional', 'required']);
  oneOf('MetadataOptions.HttpEndpoint', MetadataOptions.HttpEndpoint, ['enabled', 'disabled']);
  oneOf('InstanceInitiatedShutdownBehavior', input.InstanceInitiatedShutdownBehavior, ['stop', 'terminate']);
  const { HttpPutResponseHopLimit: hops = 1 } = MetadataOptions;
  if (hops < 1 || hops > 64)
    throw new Ec2Fault('InvalidParameterValue', `Value (${hops}) for parameter HttpPutResponseHopLimit is invalid.`);
  for (const { ResourceType, Tags = [] } of TagSpecifications) {
    oneOf('TagSpecification.ResourceType', ResourceType, [
      'instance',
      'volume',
      'network-interface',
      'spot-instances-request',
    ]);
    checkTags(Tags);
  }
  if (input.NetworkInterfaces !== undefined && (input.SubnetId !== undefined || input.SecurityGroupIds !== undefined))
    throw new Ec2Fault(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    );
  for (const { DeviceIndex } of input.NetworkInterfaces ?? [])
    if (DeviceIndex === undefined)
      throw new Ec2Fault('MissingParameter', 'Each network interface requires a device index.');
  for (const { DeviceName, Ebs } of input.BlockDeviceMappings ?? []) {
    if (!/^\/dev\/(?:sd|xvd)[a-z]+\d*$/.test(DeviceName ?? ''))
      throw new Ec2Fault('InvalidBlockDeviceMapping', `Invalid device name ${DeviceName}`);
    oneOf('VolumeType', Ebs?.VolumeType, ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard']);
  }
  const { MarketType, SpotOptions = {} } = input.InstanceMarketOptions ?? {};
  oneOf('MarketType', MarketType, ['spot', 'capacity-block', 'interruptible-capacity-reservation']);
  oneOf('SpotInstanceType', SpotOptions.SpotInstanceType, ['one-time', 'persistent']);
  const interruption = SpotOptions.InstanceInterruptionBehavior ?? 'terminate';
  if (MarketType === 'spot' && SpotOptions.SpotInstanceType !== 'persistent' && interruption !== 'terminate')
    throw new Ec2Fault('InvalidParameterCombination', 'One-time Spot Instances can only be terminated on interruption');
}

export function checkTags(tags: readonly Tag[]): void {
  if (tags.length > TAGS) throw new Ec2Fault('TagLimitExceeded', `The maximum number of Tags is ${TAGS}`);
  for (const { Key = '', Value = '' } of tags) {
    if (Key === '' || Key.length > 128 || /^aws:/i.test(Key))
      throw new Ec2Fault('InvalidParameterValue', `Tag key ${Key} is not allowed`);
    if (Value.length > 256) throw new Ec2Fault('InvalidParameterValue', `Tag value exceeds the maximum length of 256`);
  }
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length)
    throw new Ec2Fault('InvalidParameterValue', 'Duplicate tag keys');
}

function oneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value))
    throw new Ec2Fault('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid.`);
}

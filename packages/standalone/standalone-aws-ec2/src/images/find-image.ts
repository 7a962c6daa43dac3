import {
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  type EC2Client,
  type Image,
} from '@aws-sdk/client-ec2';
import { ConfigError } from '@lithops/core/plugin';
import { codeOf } from '../aws/ec2-error.ts';
import { filter } from '../aws/tags.ts';
import { told } from '../aws/told.ts';
import type { InstanceTypeFacts } from '../machines/instance-types.ts';

/** What has to be known of an image, to make machines of it. */
export interface MachineImageFacts {
  readonly id: string;
  /** Name of the device that its disk becomes: `/dev/sda1`. */
  readonly rootDevice: string;
}

/** Canonical's accounts (https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/), by partition. */
const CANONICAL = { aws: '099720109477', china: '837727238323', government: '513442679011' } as const;
const UBUNTU = 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04';

/** The image that is named, by id or by name among the account's own; without one the newest Ubuntu 24.04. @throws ConfigError when there is none */
export async function findImage(
  client: EC2Client,
  name: string | undefined,
  { architecture }: InstanceTypeFacts,
  signal: AbortSignal,
): Promise<MachineImageFacts> {
  const images = name === undefined ? ubuntu() : /^ami-[0-9a-f]{8,17}$/.test(name) ? byId(name) : ownOf(name);
  const [newest] = (await images).toSorted((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''));
  const what = name === undefined ? `${UBUNTU} for ${architecture}` : `image ${name}`;
  if (newest?.ImageId === undefined)
    throw new ConfigError(`there is no ${what} in this region`, {
      hint: 'set target_ami to the id of an image, or build one: lithops image build NAME -b aws_ec2',
    });
  if (newest.State !== undefined && newest.State !== 'available')
    throw new ConfigError(`${what} cannot be used: it is ${newest.State}`, { hint: 'wait until it is available' });
  if (newest.RootDeviceType === 'instance-store')
    throw new ConfigError(`${what} cannot be used: its disk is not of EBS`, { hint: 'name another target_ami' });
  return { id: newest.ImageId, rootDevice: newest.RootDeviceName ?? '/dev/sda1' };

  async function ubuntu(): Promise<readonly Image[]> {
    const region = await client.config.region();
    const partition = region.startsWith('cn-') ? 'china' : region.startsWith('us-gov-') ? 'government' : 'aws';
    const processor = architecture === 'arm64' ? 'arm64' : 'amd64';
    return described({
      Owners: [CANONICAL[partition]],
      Filters: [filter('name', `${UBUNTU}-${processor}-server-*`), filter('state', 'available')],
    });
  }

  function byId(id: string): Promise<readonly Image[]> {
    return described({ ImageIds: [id] });
  }

  function ownOf(own: string): Promise<readonly Image[]> {
    return described({ Owners: ['self'], Filters: [filter('name', own)] });
  }

  async function described(input: DescribeImagesCommandInput): Promise<readonly Image[]> {
    const answer = client.send(new DescribeImagesCommand(input), { abortSignal: signal }).catch((error: unknown) => {
      if (!/^InvalidAMIID/.test(codeOf(error))) throw error;
      return { Images: [] };
    });
    return (await told('find the image of the machines', signal, answer)).Images ?? [];
  }
}

import type { DescribeImagesRequest, Image } from '@aws-sdk/client-ec2';
import { Ec2Fault } from './ec2-fault.ts';

/** What everybody may use, as Canonical publishes it: by processor, the older ones first. */
const PUBLIC_IMAGES: readonly Image[] = [
  ubuntu('ami-0aaaaaaaaaaaaaaa1', 'amd64', '20260101'),
  ubuntu('ami-0aaaaaaaaaaaaaaa2', 'amd64', '20261101'),
  ubuntu('ami-0bbbbbbbbbbbbbbb1', 'arm64', '20261101'),
];
const CANONICAL = '099720109477';

function ubuntu(ImageId: string, processor: 'amd64' | 'arm64', day: string): Image {
  return {
    ImageId,
    Name: `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${processor}-server-${day}`,
    OwnerId: '099720109477',
    Architecture: processor === 'amd64' ? 'x86_64' : 'arm64',
    CreationDate: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00.000Z`,
    State: 'available',
    Public: true,
    RootDeviceName: '/dev/sda1',
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
  };
}

export function publicImage(id: string | undefined): Image | undefined {
  return PUBLIC_IMAGES.find(({ ImageId }) => ImageId === id);
}

/** Undefined when a request is for images of the account. */
export function describePublicImages({
  ImageIds = [],
  Owners = [],
  Filters = [],
}: DescribeImagesRequest): readonly Image[] | undefined {
  const named = ImageIds.flatMap((id) => publicImage(id) ?? []);
  if (named.length > 0) return named;
  if (!Owners.includes(CANONICAL)) return undefined;
  return PUBLIC_IMAGES.filter((image) =>
    Filters.every(({ Name, Values = [] }) => {
      const value = Name === 'name' ? image.Name : Name === 'state' ? image.State : undefined;
      if (value === undefined) throw new Ec2Fault('InvalidParameterValue', `The filter '${Name}' is invalid`);
      return Values.some((pattern) => glob(pattern).test(value));
    }),
  );
}

function glob(pattern: string): RegExp {
  const text = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text}$`);
}

import type {
  AssociateRouteTableRequest,
  AttachInternetGatewayRequest,
  CreateImageRequest,
  CreateImageResult,
  CreateLaunchTemplateRequest,
  DeleteSecurityGroupRequest,
  DeleteSubnetRequest,
  DeleteVpcRequest,
  DeregisterImageRequest,
  DescribeImagesRequest,
  DescribeImagesResult,
  DescribeInstancesRequest,
  RunInstancesRequest,
} from '@aws-sdk/client-ec2';
import type { VmSimulator } from '@lithops-tools/vm-simulator';
import { checkTags } from './check-run.ts';
import { Ec2Fault } from './ec2-fault.ts';
import type { Instances } from './instances.ts';
import type { MotoClient } from './moto-client.ts';
import { describePublicImages } from './public-images.ts';

interface Parts {
  readonly moto: MotoClient;
  readonly instances: Instances;
  readonly machines: VmSimulator;
}

interface Ids {
  readonly InstanceIds?: readonly string[];
}

/** What is not left to moto alone. */
export function createHandlers({
  moto,
  instances,
  machines,
}: Parts): Readonly<Record<string, (input: never) => Promise<object>>> {
  const signal = new AbortController().signal;
  /** Images whose disk is being kept. */
  const pending = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  /** What is looked at before it is changed is not changed by others meanwhile. */
  const alone = <Result>(run: () => Promise<Result>): Promise<Result> => {
    const result = last.then(run);
    last = result.catch(() => {});
    return result;
  };
  const found = async (operation: string, filter: string, value: string | undefined): Promise<number> => {
    const answer = await moto.call<Record<string, unknown>>(operation, {
      Filters: [{ Name: filter, Values: [value] }],
    });
    return Object.values(answer).find((each) => Array.isArray(each))?.length ?? 0;
  };
  const held = (id: string | undefined, what: string) => {
    const [user] = instances.usersOf(id ?? '');
    if (user !== undefined)
      throw new Ec2Fault('DependencyViolation', `The ${what} '${id}' has dependencies and cannot be deleted: ${user}`);
  };
  return {
    RunInstances: async (input: RunInstancesRequest) => instances.run(input),
    DescribeInstances: (input: DescribeInstancesRequest) => instances.describe(input),
    StartInstances: async ({ InstanceIds = [] }: Ids) => ({ StartingInstances: await instances.start(InstanceIds) }),
    StopInstances: async ({ InstanceIds = [] }: Ids) => ({ StoppingInstances: await instances.stop(InstanceIds) }),
    TerminateInstances: async ({ InstanceIds = [] }: Ids) => ({
      TerminatingInstances: await instances.terminate(InstanceIds),
    }),
    CreateImage: async (input: CreateImageRequest) => {
      const { Name = '', InstanceId = '', TagSpecifications = [] } = input;
      if (!/^[\w()[\] ./'@-]{3,128}$/.test(Name))
        throw new Ec2Fault('InvalidAMIName.Malformed', `AMI names must be between 3 and 128 characters long: ${Name}`);
      for (const { Tags = [] } of TagSpecifications) checkTags(Tags);
      const { Images: [known] = [] } = await moto.call<DescribeImagesResult>('DescribeImages', {
        Owners: ['self'],
        Filters: [{ Name: 'name', Values: [Name] }],
      });
      if (known !== undefined)
        throw new Ec2Fault('InvalidAMIName.Duplicate', `AMI name ${Name} is already in use by AMI ${known.ImageId}`);
      // Moto has no tags of their snapshots.
      const tags = TagSpecifications.filter(({ ResourceType }) => ResourceType === 'image');
      const made = await moto.call<CreateImageResult>('CreateImage', { ...input, TagSpecifications: tags });
      const id = made.ImageId ?? '';
      pending.add(id);
      instances
        .capture(InstanceId, id)
        .then(() => pending.delete(id))
        .catch((error: unknown) => console.error(error)); // it stays pending
      return made;
    },
    DescribeImages: async (input: DescribeImagesRequest) => {
      const everybodys = describePublicImages(input);
      if (everybodys !== undefined) return { Images: everybodys };
      const answer = await moto.call<DescribeImagesResult>('DescribeImages', input);
      const Images = (answer.Images ?? []).map((image) =>
        pending.has(image.ImageId ?? '') ? { ...image, State: 'pending' as const } : image,
      );
      return { ...answer, Images };
    },
    DeregisterImage: async (input: DeregisterImageRequest) => {
      // Moto knows less of it.
      const answer = await moto.call('DeregisterImage', { ImageId: input.ImageId });
      await machines.images.delete(input.ImageId ?? '', { signal }).catch(() => {}); // one that never was available
      return answer;
    },
    AttachInternetGateway: (input: AttachInternetGatewayRequest) =>
      alone(async () => {
        if ((await found('DescribeInternetGateways', 'attachment.vpc-id', input.VpcId)) > 0)
          throw new Ec2Fault(
            'InvalidParameterValue',
            `Network ${input.VpcId} already has an internet gateway attached`,
          );
        return moto.call('AttachInternetGateway', input);
      }),
    AssociateRouteTable: (input: AssociateRouteTableRequest) =>
      alone(async () => {
        if ((await found('DescribeRouteTables', 'association.subnet-id', input.SubnetId)) > 0)
          throw new Ec2Fault(
            'Resource.AlreadyAssociated',
            `the specified association for route table ${input.RouteTableId} conflicts with an existing association`,
          );
        return moto.call('AssociateRouteTable', input);
      }),
    CreateLaunchTemplate: async (input: CreateLaunchTemplateRequest) => {
      if (Object.keys(input.LaunchTemplateData ?? {}).length === 0)
        throw new Ec2Fault('MissingParameter', 'The request must contain the parameter LaunchTemplateData');
      return moto.call('CreateLaunchTemplate', input);
    },
    DeleteSecurityGroup: async (input: DeleteSecurityGroupRequest) => {
      held(input.GroupId, 'security group');
      return moto.call('DeleteSecurityGroup', input);
    },
    DeleteSubnet: async (input: DeleteSubnetRequest) => {
      held(input.SubnetId, 'subnet');
      return moto.call('DeleteSubnet', input);
    },
    DeleteVpc: async (input: DeleteVpcRequest) => {
      const { VpcId } = input;
      const left =
        (await found('DescribeSubnets', 'vpc-id', VpcId)) +
        (await found('DescribeInternetGateways', 'attachment.vpc-id', VpcId)) +
        // Each has one of its own.
        (await found('DescribeSecurityGroups', 'vpc-id', VpcId)) -
        1;
      if (left > 0)
        throw new Ec2Fault('DependencyViolation', `The vpc '${input.VpcId}' has dependencies and cannot be deleted.`);
      return moto.call('DeleteVpc', input);
    },
  };
}

import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  DeleteInternetGatewayCommand,
  DeleteRouteTableCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  type EC2Client,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { codeOf } from '../aws/ec2-error.ts';
import { onceKnown } from '../aws/once-known.ts';
import { filter, taggedAs } from '../aws/tags.ts';
import { told } from '../aws/told.ts';

const EVERYWHERE = '0.0.0.0/0';

export interface RoutedSubnet {
  readonly vpc: string;
  readonly subnet: string;
  /** Of what is made. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Lets a subnet of ours reach the internet: a gateway, and a route table of its own. What is there is left. */
export async function routeToInternet(client: EC2Client, routed: RoutedSubnet, signal: AbortSignal): Promise<void> {
  const { subnet } = routed;
  const gateway = await gatewayOf(client, routed, signal);
  const table = (await tableOf(client, subnet, signal)) ?? (await makeTable(client, routed, signal));
  const isRouted = table.Routes?.some(({ DestinationCidrBlock }) => DestinationCidrBlock === EVERYWHERE);
  if (isRouted === true) return;
  const request = new CreateRouteCommand({
    RouteTableId: table.RouteTableId,
    DestinationCidrBlock: EVERYWHERE,
    GatewayId: gateway,
  });
  const ask = () => client.send(request, { abortSignal: signal });
  const answer = onceKnown(ask, signal).catch((error: unknown) => {
    // Somebody else makes the same.
    if (codeOf(error) !== 'RouteAlreadyExists') throw error;
  });
  await told('make a route to the internet', signal, answer);
}

/** That of the VPC: there is one at most. */
async function gatewayOf(client: EC2Client, { vpc, tags }: RoutedSubnet, signal: AbortSignal): Promise<string> {
  const options = { abortSignal: signal };
  const attached = async () => {
    const request = new DescribeInternetGatewaysCommand({ Filters: [filter('attachment.vpc-id', vpc)] });
    const answer = client.send(request, options);
    return (await told('find the internet gateway', signal, answer)).InternetGateways?.[0]?.InternetGatewayId;
  };
  const known = await attached();
  if (known !== undefined) return known;
  const making = new CreateInternetGatewayCommand({ TagSpecifications: taggedAs(['internet-gateway'], tags) });
  const { InternetGateway } = await told('make an internet gateway', signal, client.send(making, options));
  const own = InternetGateway?.InternetGatewayId ?? '';
  try {
    const attaching = new AttachInternetGatewayCommand({ InternetGatewayId: own, VpcId: vpc });
    await onceKnown(() => client.send(attaching, options), signal);
    return own;
  } catch (error) {
    await client.send(new DeleteInternetGatewayCommand({ InternetGatewayId: own }), options);
    // Somebody was quicker.
    const others = await attached();
    if (others !== undefined) return others;
    return told('attach an internet gateway', signal, Promise.reject(error));
  }
}

async function tableOf(client: EC2Client, subnet: string, signal: AbortSignal): Promise<RouteTable | undefined> {
  const request = new DescribeRouteTablesCommand({ Filters: [filter('association.subnet-id', subnet)] });
  return (await told('find the route table', signal, client.send(request, { abortSignal: signal }))).RouteTables?.[0];
}

async function makeTable(
  client: EC2Client,
  { vpc, subnet, tags }: RoutedSubnet,
  signal: AbortSignal,
): Promise<RouteTable> {
  const options = { abortSignal: signal };
  const making = new CreateRouteTableCommand({ VpcId: vpc, TagSpecifications: taggedAs(['route-table'], tags) });
  const { RouteTable: own = {} } = await told('make a route table', signal, client.send(making, options));
  try {
    const associating = new AssociateRouteTableCommand({ RouteTableId: own.RouteTableId, SubnetId: subnet });
    await onceKnown(() => client.send(associating, options), signal);
    return own;
  } catch (error) {
    await client.send(new DeleteRouteTableCommand({ RouteTableId: own.RouteTableId }), options);
    // Somebody was quicker.
    const others = await tableOf(client, subnet, signal);
    if (others !== undefined) return others;
    return told('give the subnet a route table', signal, Promise.reject(error));
  }
}

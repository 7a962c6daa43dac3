import {
  CreateLaunchTemplateCommand,
  CreateVpcCommand,
  DeleteLaunchTemplateCommand,
  DeleteVpcCommand,
  DescribeLaunchTemplatesCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type LaunchTemplate,
} from '@aws-sdk/client-ec2';
import { until } from '@lithops/standalone/plugin';
import { codeOf } from '../aws/ec2-error.ts';
import { KNOWN_MS } from '../aws/once-known.ts';
import { filter, MADE_TAG, taggedAs, tagOf } from '../aws/tags.ts';
import { told } from '../aws/told.ts';
import type { Ec2Config } from '../config.ts';
import { checkAccount } from './check-account.ts';

/** What all that belongs to networks is tagged with. */
export const NETWORK = 'network';
/**
 * Says which VPC is the one: names of launch templates are given once in a region, those of VPCs are no more than tags. Nothing
 * is launched by it.
 */
export const RECORD_NAME = 'lithops-network';
const VPC_TAG = 'lithops:vpc';
const BLOCK = '10.0.0.0/16';

/** The VPC that Lithops has in this region, for all who use the account; made by the first. @throws ConfigError, InvocationError */
export async function ownVpc(client: EC2Client, config: Ec2Config, signal: AbortSignal): Promise<string> {
  const options = { abortSignal: signal };
  const tags = { ...config.userTags, Name: 'lithops', [MADE_TAG]: NETWORK };
  for (;;) {
    const record = await recordOf(client, signal);
    const known = tagOf(record?.Tags, VPC_TAG);
    if (record !== undefined && known !== undefined) {
      const request = new DescribeVpcsCommand({ Filters: [filter('vpc-id', known)] });
      const { Vpcs: [vpc] = [] } = await told('find the VPC', signal, client.send(request, options));
      if (vpc !== undefined) {
        checkAccount(config, vpc.OwnerId ?? '');
        return known;
      }
    }
    // Of a VPC that somebody has deleted; by its id, so that a newer one stays.
    if (record?.LaunchTemplateId !== undefined) await deleteRecord(client, record.LaunchTemplateId, signal);
    const request = new CreateVpcCommand({ CidrBlock: BLOCK, TagSpecifications: taggedAs(['vpc'], tags) });
    const { Vpc } = await told('make a VPC', signal, client.send(request, options));
    const made = Vpc?.VpcId ?? '';
    await until(
      async () => {
        const shown = new DescribeVpcsCommand({ Filters: [filter('vpc-id', made)] });
        return (await client.send(shown, options)).Vpcs?.[0];
      },
      { signal, withinMs: KNOWN_MS },
    );
    if (await keepRecord(client, { ...tags, [VPC_TAG]: made }, signal)) return made;
    // Somebody was quicker.
    await told('delete a VPC', signal, client.send(new DeleteVpcCommand({ VpcId: made }), options));
    await until(() => recordOf(client, signal), { signal, withinMs: KNOWN_MS });
  }
}

export async function recordOf(client: EC2Client, signal: AbortSignal): Promise<LaunchTemplate | undefined> {
  const request = new DescribeLaunchTemplatesCommand({ Filters: [filter('launch-template-name', RECORD_NAME)] });
  const { LaunchTemplates: [found] = [] } = await told(
    'find the VPC',
    signal,
    client.send(request, { abortSignal: signal }),
  );
  return found;
}

export async function deleteRecord(client: EC2Client, id: string, signal: AbortSignal): Promise<void> {
  const request = new DeleteLaunchTemplateCommand({ LaunchTemplateId: id });
  const answer = client.send(request, { abortSignal: signal }).catch((error: unknown) => {
    if (!/^InvalidLaunchTemplateI?[dD]?\.?(?:NotFound|DoesNotExist)/.test(codeOf(error))) throw error;
  });
  await told(`delete launch template ${id}`, signal, answer);
}

/** @returns whether there was none yet */
async function keepRecord(
  client: EC2Client,
  tags: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  const request = new CreateLaunchTemplateCommand({
    LaunchTemplateName: RECORD_NAME,
    // It has to say something.
    LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required' } },
    TagSpecifications: taggedAs(['launch-template'], tags),
  });
  const answer = client.send(request, { abortSignal: signal }).then(
    () => true,
    (error: unknown) => {
      if (!/^InvalidLaunchTemplateName\.AlreadyExists/.test(codeOf(error))) throw error;
      return false;
    },
  );
  return told('keep which VPC it is', signal, answer);
}

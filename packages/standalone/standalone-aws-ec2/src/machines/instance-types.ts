import { DescribeInstanceTypesCommand, type EC2Client, type InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { ConfigError } from '@lithops/core/plugin';
import { codeOf } from '../aws/ec2-error.ts';
import { told } from '../aws/told.ts';

export interface InstanceTypeFacts {
  readonly cpus: number;
  readonly architecture: 'x86_64' | 'arm64';
}

/** What EC2 tells of its types, asked once for each. */
export class InstanceTypes {
  readonly #client: EC2Client;
  readonly #known = new Map<string, InstanceTypeFacts>();

  constructor(client: EC2Client) {
    this.#client = client;
  }

  /** @throws ConfigError when there is no such type */
  async facts(type: string, signal: AbortSignal): Promise<InstanceTypeFacts> {
    const known = this.#known.get(type) ?? factsOf(await this.#ask(type, signal));
    this.#known.set(type, known);
    return known;
  }

  async #ask(type: string, signal: AbortSignal): Promise<InstanceTypeInfo> {
    const InstanceTypes = [type] as NonNullable<InstanceTypeInfo['InstanceType']>[]; // more than this SDK knows
    const request = new DescribeInstanceTypesCommand({ InstanceTypes });
    const answer = this.#client.send(request, { abortSignal: signal }).catch((error: unknown) => {
      if (!/^InvalidInstanceType/.test(codeOf(error))) throw error;
      return { InstanceTypes: [] };
    });
    const [info] = (await told(`find instance type ${type}`, signal, answer)).InstanceTypes ?? [];
    if (info !== undefined) return info;
    throw new ConfigError(`there is no instance type ${type} in this region`, {
      hint: 'correct master_instance_type or worker_instance_type; `aws ec2 describe-instance-types` lists them',
    });
  }
}

function factsOf({ VCpuInfo, ProcessorInfo }: InstanceTypeInfo): InstanceTypeFacts {
  const architectures = ProcessorInfo?.SupportedArchitectures ?? [];
  return {
    cpus: VCpuInfo?.DefaultVCpus ?? 1,
    architecture: architectures.includes('arm64') && !architectures.includes('x86_64') ? 'arm64' : 'x86_64',
  };
}

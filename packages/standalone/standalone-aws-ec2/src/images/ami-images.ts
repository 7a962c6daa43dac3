import {
  CreateImageCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  type EC2Client,
  type Image,
} from '@aws-sdk/client-ec2';
import { ConfigError, InvocationError, RuntimeNotFoundError } from '@lithops/core/plugin';
import type { VmCallOptions, VmImage, VmImages } from '@lithops/standalone';
import { until } from '@lithops/standalone/plugin';
import { codeOf } from '../aws/ec2-error.ts';
import { filter, MADE_TAG, taggedAs } from '../aws/tags.ts';
import { told } from '../aws/told.ts';
import type { Ec2Config } from '../config.ts';

const KIND = 'image';
const NAME = /^[\w()[\] ./'@-]{3,128}$/;

/** AMIs of the account that were made here. Their names are given once, by EC2 itself. */
export class AmiImages implements VmImages {
  readonly #client: EC2Client;
  readonly #config: Ec2Config;

  constructor(client: EC2Client, config: Ec2Config) {
    this.#client = client;
    this.#config = config;
  }

  async capture(id: string, name: string, { signal }: VmCallOptions): Promise<VmImage> {
    if (!NAME.test(name))
      throw new ConfigError(`${JSON.stringify(name)} is no name of an AMI`, {
        hint: "3 to 128 letters, digits, spaces and ()[]./-'@_ are expected",
      });
    const tags = { ...this.#config.userTags, Name: name, [MADE_TAG]: KIND };
    const request = new CreateImageCommand({
      InstanceId: id,
      Name: name,
      Description: 'Made by Lithops: lithops image build',
      TagSpecifications: taggedAs(['image', 'snapshot'], tags),
    });
    const answer = this.#client.send(request, { abortSignal: signal }).catch((error: unknown) => {
      if (codeOf(error) !== 'InvalidAMIName.Duplicate') throw error;
      throw new ConfigError(`there is an image ${name} already`, {
        cause: error,
        hint: 'delete it, or take another name',
      });
    });
    const { ImageId } = await told(`make image ${name}`, signal, answer);
    const made = await until(
      async () => {
        const image = (await this.#find(signal)).find((each) => each.ImageId === ImageId);
        if (image?.State === 'failed' || image?.State === 'error')
          throw new InvocationError(`image ${name} could not be made: ${image.StateReason?.Message ?? image.State}`);
        return image?.State === 'available' ? image : undefined;
      },
      { signal },
    );
    if (made === undefined) throw new InvocationError(`image ${name} was deleted while it was made`);
    return imageOf(made);
  }

  async list({ signal }: VmCallOptions): Promise<readonly VmImage[]> {
    return (await this.#find(signal)).map(imageOf);
  }

  async delete(name: string, { signal }: VmCallOptions): Promise<void> {
    const image = (await this.#find(signal)).find((each) => each.Name === name);
    if (image === undefined) throw new RuntimeNotFoundError(`there is no image ${name} that was made by Lithops`);
    const request = new DeregisterImageCommand({ ImageId: image.ImageId, DeleteAssociatedSnapshots: true });
    await told(`delete image ${name}`, signal, this.#client.send(request, { abortSignal: signal }));
    await until(
      async () => ((await this.#find(signal)).some(({ ImageId }) => ImageId === image.ImageId) ? undefined : true),
      { signal },
    );
  }

  async #find(signal: AbortSignal): Promise<readonly Image[]> {
    const request = new DescribeImagesCommand({ Owners: ['self'], Filters: [filter(`tag:${MADE_TAG}`, KIND)] });
    const answer = this.#client.send(request, { abortSignal: signal });
    return (await told('list the images', signal, answer)).Images ?? [];
  }
}

function imageOf({ Name = '', ImageId = '', CreationDate = '' }: Image): VmImage {
  return { name: Name, id: ImageId, createdAt: new Date(CreationDate) };
}

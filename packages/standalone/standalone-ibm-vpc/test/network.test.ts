import { startVpcSimulator } from '@lithops-tools/ibm-vpc-simulator';
import { afterAll, expect, it } from 'vitest';
import { VpcClient } from '../src/api/vpc-client.ts';
import { IbmVpcProvider } from '../src/ibm-vpc-provider.ts';
import { VpcNetwork } from '../src/network/vpc-network.ts';
import { settingsFor } from './account.ts';

const cloud = await startVpcSimulator();
afterAll(() => cloud[Symbol.asyncDispose]());
const { signal } = new AbortController();

/** Slow at security groups: somebody else is first. */
class SlowClient extends VpcClient {
  readonly arrived = Promise.withResolvers<void>();
  readonly goOn = Promise.withResolvers<void>();

  override async list<Resource>(...args: Parameters<VpcClient['list']>): Promise<readonly Resource[]> {
    if (args[0] === '/security_groups') {
      this.arrived.resolve();
      await this.goOn.promise;
    }
    return super.list<Resource>(...args);
  }
}

it('a VPC that was made is deleted again, though somebody who found it has made its security group', async () => {
  const settings = settingsFor(cloud);
  const slow = new SlowClient(settings);
  const maker = new VpcNetwork(slow, settings, signal).ensure();
  await slow.arrived.promise;
  await new VpcNetwork(new VpcClient(settings), settings, signal).ensure();
  slow.goOn.resolve();
  await maker;
  await using provider = new IbmVpcProvider(settings);
  expect(await provider.clean({ signal })).toContain('VPC lithops');
  expect(Object.values(cloud.left()).flat()).toEqual([]);
});

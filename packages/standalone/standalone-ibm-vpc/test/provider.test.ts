import { testVmProvider } from '@lithops/testing/vm-provider';
import { startVpcSimulator } from '@lithops-tools/ibm-vpc-simulator';
import { afterAll, expect } from 'vitest';
import { IbmVpcProvider } from '../src/ibm-vpc-provider.ts';
import { settingsFor } from './account.ts';

/** Pages of two, so that whatever is listed has several. */
const cloud = await startVpcSimulator({ mostPerPage: 2 });
afterAll(async () => {
  {
    await using provider = new IbmVpcProvider(settingsFor(cloud));
    await provider.clean({ signal: new AbortController().signal });
    expect(Object.values(cloud.left()).flat()).toEqual([]);
  }
  await cloud[Symbol.asyncDispose]();
});

await testVmProvider({
  name: 'ibm_vpc',
  openProvider: () => new IbmVpcProvider(settingsFor(cloud)),
  instanceType: 'cx2-2x4',
  startSeconds: 60,
});

import { testVmProvider } from '@lithops/testing/vm-provider';
import { afterAll } from 'vitest';
import { openVmAccount, VmSimulator } from '../src/index.ts';

const account = await openVmAccount();
afterAll(() => account[Symbol.asyncDispose]());

await testVmProvider({
  name: 'vm_simulator',
  openProvider: () => new VmSimulator(account.name),
  instanceType: 'small',
  startSeconds: 60,
});

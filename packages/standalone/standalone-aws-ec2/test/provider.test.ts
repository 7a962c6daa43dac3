import { testVmProvider } from '@lithops/testing/vm-provider';
import { afterAll } from 'vitest';
import { startTestAccount } from './account.ts';

// As EC2 is at times: what was made is not shown at once.
const account = await startTestAccount({ showDelayMs: 300 });
afterAll(() => account[Symbol.asyncDispose]());

await testVmProvider({
  name: 'aws_ec2',
  openProvider: () => account.provider(),
  instanceType: 't3.micro',
  startSeconds: 60,
});

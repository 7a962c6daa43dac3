import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import { sshKeyPair } from '@lithops/standalone';
import { type Ec2Simulator, type Ec2SimulatorOptions, startEc2Simulator } from '@lithops-tools/ec2-simulator';
import { ec2Config } from '../src/config.ts';
import type { Ec2ConfigInput } from '../src/index.ts';
import { Ec2Provider } from '../src/machines/ec2-provider.ts';

/** A simulated account, and how it is reached. */
export interface TestAccount extends AsyncDisposable {
  readonly simulator: Ec2Simulator;
  /** Of Amazon's SDK, to look at what was made. */
  readonly client: EC2Client;
  /** A section that reaches the account. */
  section(more?: Ec2ConfigInput): Ec2ConfigInput;
  /** Of a user who has nothing configured but how the account is reached. */
  provider(more?: Ec2ConfigInput): Ec2Provider;
  /** A file with a private key. */
  keyFile(name: string, key: string): string;
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export async function startTestAccount(options: Ec2SimulatorOptions = {}): Promise<TestAccount> {
  const simulator = await startEc2Simulator(options);
  const folder = mkdtempSync(join(tmpdir(), 'lithops-ec2-'));
  const keyFile = (name: string, key: string) => {
    const file = join(folder, name);
    writeFileSync(file, key, { mode: 0o600 });
    return file;
  };
  const sshKeyFilename = keyFile('key', sshKeyPair('test').private);
  const { endpoint, region, credentials, clientAddressUrl } = simulator;
  // The SDK writes into what it is given.
  const client = new EC2Client({ endpoint, region, credentials: { ...credentials } });
  const section = (more: Ec2ConfigInput = {}): Ec2ConfigInput => ({
    endpoint,
    region,
    ...credentials,
    clientAddressUrl,
    sshKeyFilename,
    // Machines here have no program that makes users.
    sshUsername: 'lithops',
    ...more,
  });
  return {
    simulator,
    client,
    section,
    provider: (more) => new Ec2Provider(ec2Config.parse(section(more)), quiet),
    keyFile,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await simulator[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

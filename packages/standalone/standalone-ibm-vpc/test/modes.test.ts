import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanBackend, FunctionExecutor, InvocationError } from '@lithops/core';
import { sshKeyPair, userDataScript } from '@lithops/standalone';
import { eventually } from '@lithops/testing';
import { testComputePlugin } from '@lithops/testing/vitest';
import { startVpcSimulator, type VpcSimulator } from '@lithops-tools/ibm-vpc-simulator';
import { docker, startDockerEngine } from '@lithops-tools/services';
import { afterAll, describe, expect, it } from 'vitest';
import { buildPrograms } from '../../standalone/build-master.ts';
import { IbmVpcProvider } from '../src/ibm-vpc-provider.ts';
import plugin, { type IbmVpcConfig, ibmVpc } from '../src/index.ts';
import { sectionFor, settingsFor } from './account.ts';

await buildPrograms();
const engine = await startDockerEngine();
const folder = mkdtempSync(join(tmpdir(), 'lithops-ibm-vpc-'));
const login = sshKeyPair('test');
const sshKeyFilename = join(folder, 'key');
writeFileSync(sshKeyFilename, login.private, { mode: 0o600 });
const withoutRoom = new Set<string>();
const cloud = await startVpcSimulator({ hasCapacity: (name) => !withoutRoom.has(name.replace(/.*-/, '')) });
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
const { signal } = new AbortController();

function options(more: Partial<IbmVpcConfig>) {
  const section = { sshKeyFilename, sshUsername: 'lithops', workerProcesses: 1, silenceTimeout: 3, ...more };
  return { logLevel: 'silent' as const, backend: ibmVpc(sectionFor(cloud, section)) };
}

const machines = (of: VpcSimulator = cloud) => of.left()['instances'] ?? [];

async function hostOf(i: number): Promise<string> {
  const { hostname } = await import('node:os');
  console.log(hostname());
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return `${i} on ${hostname()}`;
}

describe('machines of IBM Cloud VPC', { timeout: 240_000 }, () => {
  it('are a pool for two clients; calls of one that is deleted run elsewhere; unused, they go', async () => {
    const pool = options({ execMode: 'reuse', maxWorkers: 2, startTimeout: 60, softDismantleTimeout: 5 });
    {
      await using first = new FunctionExecutor(pool);
      await using second = new FunctionExecutor(pool);
      const items = [1, 2, 3, 4];
      const lists = [first, second].map((fexec) => fexec.map(hostOf, items, { chunksize: 1 }));
      let worker = '';
      await eventually(() => {
        worker =
          lists.flatMap((list) => [...list]).flatMap(({ logs }) => logs.match(/lithops-\S+/)?.[0] ?? [])[0] ?? '';
        expect(worker).not.toBe('');
      }, 120_000);
      expect(machines()).toHaveLength(3);
      await docker(engine, ['rm', '--force', cloud.container(worker)]);
      for (const list of lists) {
        const results = await list.result();
        expect(results.map((text) => Number.parseInt(text, 10))).toEqual(items);
      }
    }
    // Nobody is there any more; whoever looks next finds them off, and deletes them.
    await eventually(async () => {
      await using provider = new IbmVpcProvider(settingsFor(cloud));
      expect(await provider.list({}, { signal })).toEqual([]);
      expect(machines()).toEqual([]);
    }, 90_000);
  });

  it('of an executor are gone when it is closed; `clean --all` deletes the network, too', async () => {
    const own = options({ execMode: 'create', maxWorkers: 1 });
    {
      await using fexec = new FunctionExecutor(own);
      expect(await fexec.map((i: number) => i + 1, [1, 2, 3]).result()).toEqual([2, 3, 4]);
      expect(machines()).toHaveLength(2);
    }
    expect(machines()).toEqual([]);
    const { deleted } = await cleanBackend(own, { scope: 'everything', signal });
    expect(deleted).toEqual([
      'subnet lithops-subnet-us-south-1',
      'public gateway lithops-gateway-us-south-1',
      'VPC lithops',
    ]);
    expect(Object.values(cloud.left()).flat()).toEqual([]);
  });

  it('that IBM has no room for are done without, and told when there are none', async () => {
    withoutRoom.add('0');
    const own = options({ execMode: 'create', maxWorkers: 2 });
    {
      await using fexec = new FunctionExecutor(own);
      const hosts = await fexec.map(hostOf, [1, 2], { chunksize: 1 }).result();
      expect(new Set(hosts.map((host) => host.replace(/^. on /, ''))).size).toBe(1);
    }
    withoutRoom.add('1');
    await using fexec = new FunctionExecutor(own);
    const error = await fexec
      .map(hostOf, [1, 2], { chunksize: 1 })
      .result()
      .catch((reason: unknown) => reason);
    withoutRoom.clear();
    expect(error).toBeInstanceOf(InvocationError);
    expect(String(error)).toContain('cannot_start_capacity: Not enough resources');
    await eventually(() => expect(machines()).toEqual([]), 60_000);
  });

  it('that are there already are started when they are needed, and kept', async () => {
    await using provider = new IbmVpcProvider(settingsFor(cloud));
    const host = sshKeyPair('host');
    const guard = { firstSeconds: 600, softSeconds: 600 };
    const there = { username: 'lithops', authorizedKeys: [login.public], hostKey: host.private, folder: 'x', guard };
    const made = await provider.create(
      {
        name: 'mine',
        labels: {},
        instanceType: 'bx2-2x8',
        userData: userDataScript(there),
        onPowerOff: 'stop',
        reachedBy: 'client',
      },
      { signal },
    );
    const floatingIp = made?.addresses.client ?? '';
    const knownHostsFile = join(folder, 'known_hosts');
    writeFileSync(knownHostsFile, `${floatingIp} ${host.public}\n`);
    const existing = { execMode: 'consume', instanceId: made?.id, floatingIp, knownHostsFile } as const;
    // Its key is there when its user data have been run.
    await eventually(async () => {
      await using fexec = new FunctionExecutor(options(existing));
      expect(await fexec.map(hostOf, [1]).result()).toEqual(['1 on mine']);
    }, 60_000);
    await provider.stop(made?.id ?? '', { signal });
    {
      await using fexec = new FunctionExecutor(options(existing));
      expect(await fexec.map(hostOf, [2]).result()).toEqual(['2 on mine']);
    }
    expect(machines()).toEqual(['mine']);
    await provider.delete(made?.id ?? '', { signal });
  });

  it('become images by the command line, and are cleaned up by it', async () => {
    const script = join(folder, 'install.sh');
    writeFileSync(script, 'mkdir -p /opt\necho installed > /opt/installed\n');
    const section = sectionFor(cloud, { sshUsername: 'root', execMode: 'create', workerProcesses: 1, maxWorkers: 1 });
    const lithops = (...args: string[]) => runLithops(section, args);
    expect(await lithops('image', 'build', 'science', '--file', script)).toMatchObject({ code: 0 });
    expect(JSON.parse((await lithops('image', 'list', '--json')).stdout)).toMatchObject([{ name: 'science' }]);
    {
      await using fexec = new FunctionExecutor({
        logLevel: 'silent',
        backend: ibmVpc({ ...section, imageId: 'science' }),
      });
      const text = fexec.callAsync(async () => (await import('node:fs')).readFileSync('/opt/installed', 'utf8'), 0);
      expect(await text.result()).toBe('installed\n');
    }
    expect(await lithops('image', 'delete', 'science')).toMatchObject({ code: 0, stdout: 'deleted science\n' });
    expect(await lithops('clean', '--all', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('VPC lithops'),
    });
    expect(Object.values(cloud.left()).flat()).toEqual([]);
  });
});

/** What a machine of a cloud could do otherwise than one that is there; the rest is that of `vm`. */
testComputePlugin({
  plugin,
  config: { ...sectionFor(cloud, { sshKeyFilename, sshUsername: 'lithops', maxWorkers: 2, workerProcesses: 1 }) },
  only: [
    ...['results/in-order-of-items', 'results/exact-values', 'closures/captures-and-helpers'],
    ...['errors/come-back-as-themselves', 'faults/killed', 'flow/stream'],
  ],
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const main = new URL('../../../kernel/lithops/src/cli/main.ts', import.meta.url).href;

async function runLithops(section: IbmVpcConfig, args: readonly string[]): Promise<Ended> {
  const program = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`;
  // What is IBM's is in the section that its backends share.
  const { iamApiKey, region, resourceGroupId, ...own } = section;
  const config = {
    lithops: { backend: 'ibm_vpc', plugins: [join(import.meta.dirname, '../src/index.ts')] },
    ibm: { iam_api_key: iamApiKey, region, resource_group_id: resourceGroupId },
    ibm_vpc: own,
  };
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, 'lithops', ...args], {
    cwd: folder,
    env: { ...process.env, HOME: folder, LITHOPS_CONFIG: JSON.stringify(config) },
  }).then(
    (output) => ({ code: 0, ...output }),
    (error: unknown) => error as Ended, // as Node documents it
  );
}

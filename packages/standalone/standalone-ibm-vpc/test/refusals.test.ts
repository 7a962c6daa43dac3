import type { VmSpec } from '@lithops/standalone';
import { rejection } from '@lithops/testing';
import { type Refusal, startVpcSimulator } from '@lithops-tools/ibm-vpc-simulator';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ibmVpcConfig } from '../src/config.ts';
import { IbmVpcProvider } from '../src/ibm-vpc-provider.ts';
import type { IbmVpcConfig } from '../src/index.ts';
import { sectionFor, settingsFor } from './account.ts';

/** What is refused next, request by request. */
let refusals: (Refusal & { readonly of: string })[] = [];
const asked: string[] = [];
const cloud = await startVpcSimulator({
  instanceQuota: 1,
  refusal: ({ method, path }) => {
    asked.push(`${method} ${path}`);
    const place = refusals.findIndex(({ of }) => `${method} ${path}`.startsWith(of));
    return place === -1 ? undefined : refusals.splice(place, 1)[0];
  },
});
afterAll(() => cloud[Symbol.asyncDispose]());
beforeEach(() => {
  refusals = [];
  asked.length = 0;
});
const { signal } = new AbortController();

function spec(name: string, more: Partial<VmSpec> = {}): VmSpec {
  const labels = { 'lithops-suite': 'refusals' };
  const what = {
    instanceType: 'cx2-2x4',
    userData: '#!/bin/sh\n',
    onPowerOff: 'delete',
    reachedBy: 'machines',
  } as const;
  return { name, labels, ...what, ...more };
}

async function failure(act: (provider: IbmVpcProvider) => Promise<unknown>, more: Partial<IbmVpcConfig> = {}) {
  await using provider = new IbmVpcProvider(settingsFor(cloud, more));
  const error = await rejection(act(provider));
  expect(error).toMatchObject({ code: expect.stringMatching(/^(CONFIG_INVALID|INVOCATION_REFUSED)$/) });
  expect(JSON.stringify([error, String(error), (error as Error).cause])).not.toContain(cloud.apiKey);
  return error as Error & { readonly code: string };
}

describe('IBM Cloud refuses', { timeout: 60_000 }, () => {
  it('a machine beyond the quota: nothing stays of it, and the reason is told', async () => {
    await using provider = new IbmVpcProvider(settingsFor(cloud));
    const made = await provider.create(spec('first'), { signal });
    const error = await failure((other) => other.create(spec('second', { reachedBy: 'client' }), { signal }));
    expect(error.message).toMatch(/could not make machine second: .*over_quota.*\n.*ask IBM for more/s);
    expect(cloud.left()).toMatchObject({ instances: ['first'], vpcs: ['lithops'] });
    await provider.delete(made?.id ?? '', { signal });
  });

  it('an address for a machine, which is then deleted', async () => {
    refusals.push({ of: 'POST /floating_ips', status: 400, code: 'over_quota', message: 'too many floating IPs' });
    const error = await failure(async (provider) =>
      provider.create(spec('master', { reachedBy: 'client' }), { signal }),
    );
    expect(error.message).toContain('too many floating IPs');
    await expect.poll(() => cloud.left(), { timeout: 10_000 }).toMatchObject({ instances: [], volumes: [] });
  });

  it('an API key, and says which key of the configuration it is', async () => {
    const wrong = await failure((provider) => provider.list({}, { signal }), { iamApiKey: 'wrong' });
    expect([wrong.code, wrong.message]).toEqual([
      'CONFIG_INVALID',
      expect.stringMatching(/could not be found.*iam_api_key/s),
    ]);
    refusals.push({ of: 'GET /vpcs', status: 403, code: 'not_authorized', message: 'no' });
    expect((await failure((provider) => provider.list({}, { signal }))).message).toContain('needs the role Editor');
  });

  it('too many requests, which come again when it says so; other failures too, but for what may have been done', async () => {
    await using provider = new IbmVpcProvider(settingsFor(cloud, { vpcName: 'again' }));
    const later = { status: 429, code: 'rate_limit', message: 'too many', headers: { 'retry-after': '1' } };
    refusals.push({ of: 'POST /vpcs', ...later }, { of: 'POST /instances', ...later });
    refusals.push({ of: 'GET /subnets', status: 503, code: 'unavailable', message: 'busy' });
    const made = await provider.create(spec('third'), { signal });
    expect(made?.name).toBe('third');
    expect(asked.filter((each) => each === 'POST /instances')).toHaveLength(2);
    await provider.delete(made?.id ?? '', { signal });
    refusals.push({ of: 'POST /instances', status: 500, code: 'internal_error', message: 'oh' });
    expect(String(await rejection(provider.create(spec('fourth'), { signal })))).toContain('internal_error: oh');
    const stop = new AbortController();
    refusals.push({ of: 'GET /instances', ...later, headers: { 'retry-after': '30' } });
    const waiting = provider.list({}, { signal: stop.signal });
    stop.abort(new Error('nobody waits any more'));
    expect(String(await rejection(waiting))).toContain('nobody waits any more');
  });

  it('what is named and is not there, by the key that names it', async () => {
    const none = 'r006-00000000-0000-0000-0000-000000000000';
    const missing = async (more: Partial<IbmVpcConfig>) =>
      (await failure((provider) => provider.create(spec('none', { reachedBy: 'client' }), { signal }), more)).message;
    expect(await missing({ vpcId: none })).toContain(`there is no VPC ${none} (vpc_id)`);
    expect(await missing({ subnetId: none })).toContain(`there is no subnet ${none} (subnet_id)`);
    expect(await missing({ floatingIp: '192.0.2.1' })).toContain('there is no floating IP 192.0.2.1 (floating_ip)');
    expect(await missing({ securityGroupId: none })).toContain('not found');
    expect(await missing({ zone: 'us-south-9' })).toContain('us-south-9');
    await expect.poll(() => cloud.left()['instances'], { timeout: 10_000 }).toEqual([]);
  });

  it('to delete what is in use: the network stays as long as there is a machine in it', async () => {
    await using provider = new IbmVpcProvider(settingsFor(cloud));
    const made = await provider.create(spec('used'), { signal });
    expect(await provider.clean({ signal })).toEqual([]);
    expect(cloud.left()['subnets']).toContain('lithops-subnet-us-south-1');
    await provider.delete(made?.id ?? '', { signal });
    expect(await provider.clean({ signal })).toContain('VPC lithops');
    // What was found before is made anew.
    const again = await provider.create(spec('again'), { signal });
    expect(again?.name).toBe('again');
    await provider.delete(again?.id ?? '', { signal });
  });

  it('nothing to a token that is good for long; one that expires soon is renewed', async () => {
    const tokensFor = async (seconds: number) => {
      cloud.iam.issueFor(seconds);
      const before = cloud.iam.issued;
      await using provider = new IbmVpcProvider(settingsFor(cloud));
      for (let i = 0; i < 3; i++) await provider.list({}, { signal });
      return cloud.iam.issued - before;
    };
    expect(await tokensFor(2)).toBeGreaterThan(1);
    expect(await tokensFor(3600)).toBe(1);
  });
});

describe('a section', () => {
  it.each([
    [{ region: undefined, endpoint: undefined }, 'region or endpoint is needed'],
    [{ iamApiKey: undefined }, 'ibmcloud iam api-key-create'],
    [{ region: 'Dallas' }, "like 'us-south'"],
    [{ execMode: 'consume' as const }, 'belong together'],
    [{ execMode: 'consume' as const, instanceId: 'x' }, 'where the machine is reached'],
    [{ vpcId: 'my vpc' }, 'an id as IBM Cloud shows it'],
  ])('of %o is refused', (more: object, message) => {
    const { error } = ibmVpcConfig.safeParse({ ...sectionFor(cloud), ...more });
    expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError, FunctionExecutor } from '@lithops/core';
import { openObserver } from '@lithops/prometheus';
import { type Service, startPushgateway } from '@lithops-tools/services';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

let gateway: Service;
beforeAll(async () => {
  gateway = await startPushgateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const configOf = (apigateway: string) => ({ lithops: { telemetry: true }, prometheus: { apigateway } });

/** Samples of the gateway by name and labels, as the text format has them. */
async function samples(instance: string): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${gateway.port}/metrics`)).text();
  const found = new Map<string, number>();
  for (const [, name = '', labels = '', value] of text.matchAll(/^(lithops_\w+)\{([^}]*)\} (\S+)$/gm)) {
    const parts = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, content]) => [key, content]);
    const { instance: of, job, ...own } = Object.fromEntries(parts);
    if (of === instance && job === 'lithops')
      found.set(`${name}${JSON.stringify(own).replaceAll('"', '')}`, Number(value));
  }
  return found;
}

describe('openObserver', () => {
  it('refuses what is no gateway, without telling what it was given', () => {
    const open = (section: unknown) => () => openObserver(section, { executorId: 'x', logger: { warn: () => {} } });
    for (const apigateway of [undefined, 'gateway:9091:secret', 'ftp://user:secret@host', 5])
      expect(open({ apigateway })).toThrow(/^(?!.*secret).*prometheus\.apigateway/);
    expect(open({ apigateway: 'http://host', interval: 0 })).toThrow(/interval/);
    expect(open({ apigateway: 'http://host', gateway: 1 })).toThrow(/unknown key gateway/);
    expect(open(undefined)).toThrow(ConfigError);
  });
});

describe('lithops.telemetry', () => {
  it('pushes what became of the calls to a real gateway, all of it before the executor is closed', async () => {
    const fexec = new FunctionExecutor({ config: configOf(`http://127.0.0.1:${gateway.port}`), maxWorkers: 2 });
    const named = function work(i: number): number {
      if (i === 3) throw new RangeError('three');
      return i;
    };
    await fexec.map(named, [0, 1, 2, 3, 4]).result({ throwExcept: false });
    const retried = (_: number, context: { attempt: number }) => {
      if (context.attempt === 1) throw new RangeError('first');
    };
    await fexec.callAsync(retried as (item: number) => void, 0, { retries: 1, retryOn: () => true }).result();
    await fexec.close();
    const pushed = await samples(fexec.executorId);
    expect(pushed.get('lithops_jobs_total{function:work}')).toBe(1);
    expect(pushed.get('lithops_calls_ended_total{function:work,state:success}')).toBe(4);
    expect(pushed.get('lithops_calls_ended_total{function:work,state:error}')).toBe(1);
    expect(pushed.get('lithops_call_retries_total{function:retried}')).toBe(1);
    expect(pushed.get('lithops_call_duration_seconds_count{function:work}')).toBe(5);
    expect(pushed.get('lithops_call_latency_seconds_bucket{function:work,le:+Inf}')).toBe(5);
    expect(pushed.get('lithops_jobs_running{}')).toBe(0);
  });

  it('harms no job when the gateway is not there or refuses, and says so once, without the password', async () => {
    const authorizations: (string | undefined)[] = [];
    const refusing = createServer((request, response) => {
      authorizations.push(request.headers.authorization);
      request.resume().on('end', () => response.writeHead(503).end('busy'));
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as AddressInfo;
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const config = configOf(`http://me:s3cret@127.0.0.1:${port}`);
      await using fexec = new FunctionExecutor({ config, maxWorkers: 1 });
      expect(await fexec.callAsync((n: number) => n + 1, 1).result()).toBe(2);
      await fexec.close();
      const warnings = stderr.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('metrics'));
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain(`127.0.0.1:${port}`);
      expect(warnings[0]).not.toContain('s3cret');
      expect(authorizations[0]).toBe(`Basic ${Buffer.from('me:s3cret').toString('base64')}`);
    } finally {
      stderr.mockRestore();
      refusing.close();
    }
  });

  it('needs a gateway', () => {
    expect(() => new FunctionExecutor({ config: { lithops: { telemetry: true } } })).toThrow(/prometheus\.apigateway/);
  });
});

import { afterAll, describe, expect, it } from 'vitest';
import { publishRuntimeImage } from '../src/index.ts';
import { parseChallenge, tokenRequest } from '../src/registry/registry-authorization.ts';
import { registryOrigin } from '../src/registry/registry-origin.ts';
import { putBase } from './base-images.ts';
import { rejection, startTestRegistry, storedLogin, useDockerConfig } from './registry.ts';

const dockerConfig = useDockerConfig();
dockerConfig.write({});
const test = await startTestRegistry('token');
const { tokens } = test.registry;
await putBase(await test.repository('public/base'), '1');
await putBase(await test.repository('team/base'), '1');
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  dockerConfig[Symbol.dispose]();
});
const publish = (base: string, to: string, login = test.login) =>
  publishRuntimeImage({ image: `${test.server}/${base}:1`, repository: `${test.server}/${to}`, login });

describe('a registry that asks for tokens', () => {
  it('gets one for what is done, by password or by a stored token', async () => {
    const before = tokens?.asked.length ?? 0;
    const { digest } = await publish('team/base', 'team/one');
    const asked = tokens?.asked.slice(before) ?? [];
    expect(asked.every(({ method, user }) => method === 'GET' && user === test.registry.user)).toBe(true);
    expect(asked.map(({ scopes }) => scopes.join(' '))).toEqual([
      'repository:team/base:pull',
      'repository:team/one:pull,push',
      'repository:team/one:pull,push repository:team/base:pull',
    ]);
    dockerConfig.write({ auths: { [test.server]: { identitytoken: tokens?.identityToken } } });
    expect((await publish('team/base', 'team/two', {})).digest).toBe(digest);
    expect(tokens?.asked.at(-1)).toMatchObject({ method: 'POST', user: test.registry.user });
    dockerConfig.write(storedLogin(test));
    expect((await publish('team/base', 'team/three', {})).digest).toBe(digest);
  });

  it('lets nobody read what is public, and says who may not do what', async () => {
    dockerConfig.write({});
    expect((await rejection(publish('public/base', 'team/four', {}))).message).toMatch(
      /could not be put into .*there are no credentials for/s,
    );
    expect((await rejection(publish('team/base', 'team/four', {}))).message).toMatch(
      /could not be read: .*there are no credentials for/s,
    );
    const wrong = await rejection(
      publish('team/base', 'team/four', { ...test.login, dockerPassword: 'wrong-password' }),
    );
    expect(wrong.message).toMatch(
      /could not be read: .*incorrect username or password|credentials for .* were not accepted/s,
    );
    expect(`${wrong.message}${wrong.stack}`).not.toContain('wrong-password');
  });
});

describe('the way to a registry', () => {
  it('is with TLS, but on this machine and where it is said', () => {
    expect(registryOrigin('docker.io')).toBe('https://registry-1.docker.io');
    expect(registryOrigin('ghcr.io')).toBe('https://ghcr.io');
    expect(['localhost:5000', '127.0.0.1', '[::1]:80'].map((name) => registryOrigin(name))).toEqual([
      'http://localhost:5000',
      'http://127.0.0.1',
      'http://[::1]:80',
    ]);
    expect(registryOrigin('10.0.0.5:5000', ['10.0.0.5:5000'])).toBe('http://10.0.0.5:5000');
    expect(registryOrigin('127.0.0.1.example.com')).toBe('https://127.0.0.1.example.com');
  });

  it('is what the registry demands, and never sends a login where there is no TLS', () => {
    const challenge = parseChallenge('Bearer realm="https://auth.example.com/token",service="reg",scope="x, y"');
    expect(challenge).toEqual({
      scheme: 'bearer',
      parameters: { realm: 'https://auth.example.com/token', service: 'reg', scope: 'x, y' },
    });
    expect(parseChallenge('Basic realm="x"')?.scheme).toBe('basic');
    expect(parseChallenge('Negotiate')).toBeUndefined();
    const login = { username: 'me', password: 'secret', serveraddress: 'r.example.com' };
    const plain = { scheme: 'bearer', parameters: { realm: 'http://evil.example.com/token' } } as const;
    expect(() => tokenRequest(plain, ['a'], login, 'https://r.example.com')).toThrow(
      /wants its login sent to http:\/\/evil\.example\.com, which has no TLS/,
    );
    expect(tokenRequest(plain, ['a'], undefined, 'https://r.example.com').headers).toEqual({});
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const index = JSON.stringify(new URL('../src/index.ts', import.meta.url).href);

async function packagesLoadedBy(program: string): Promise<string> {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    ${program}
    console.log(['@azure/storage-blob/', '@azure/identity/'].filter((name) => loaded.some((url) => url.includes(name))).join());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return stdout.trim();
}

it('is loaded without the client', async () => {
  expect(await packagesLoadedBy(`await import(${index});`)).toBe('');
});

it('loads what finds credentials in the environment only where none are given', async () => {
  const create = (config: object) => `await (await import(${index})).default.create(${JSON.stringify(config)}, {});`;
  expect(await packagesLoadedBy(create({ storageAccountName: 'account', storageAccountKey: 'YQ==' }))).toBe(
    '@azure/storage-blob/',
  );
  expect(await packagesLoadedBy(create({ storageAccountName: 'account' }))).toBe(
    '@azure/storage-blob/,@azure/identity/',
  );
});

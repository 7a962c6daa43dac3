import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { durationMs } from '../src/config/duration.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { ConfigError } from '../src/errors/config-error.ts';
import { nearestName } from '../src/registry/nearest-name.ts';
import { packageNames } from '../src/registry/package-names.ts';
import { registry } from '../src/registry/registry.ts';
import { resolveComputePlugin, resolveStoragePlugin } from '../src/registry/resolve-plugin.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lithops-config-'));
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
  vi.stubEnv('HOME', folder);
  vi.stubEnv('LITHOPS_CONFIG', undefined);
  vi.stubEnv('LITHOPS_CONFIG_FILE', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string, content: string) => {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
};

describe('loadConfig', () => {
  it('is localhost without any configuration', () => {
    expect(loadConfig({})).toMatchObject({
      mode: 'localhost',
      backendName: 'localhost',
      storageName: 'localhost',
      source: 'defaults',
      defaults: { retries: 0, timeoutMs: undefined, priority: 0 },
    });
  });

  it('takes the first source there is', () => {
    const named = write('named.yaml', 'lithops: { retries: 1 }');
    const project = write('lithops.config.yaml', 'lithops: { retries: 2 }');
    write('.lithops_config', 'lithops: { retries: 3 }');
    write('.lithops/config', 'lithops: { retries: 4 }');
    const retries = (options = {}) => loadConfig(options).defaults.retries;
    expect(retries({ config: { lithops: { retries: 9 } }, configFile: named })).toBe(9);
    expect(retries({ configFile: named })).toBe(1);
    vi.stubEnv('LITHOPS_CONFIG_FILE', named);
    expect(retries()).toBe(1);
    vi.stubEnv('LITHOPS_CONFIG', '{"lithops":{"retries":8}}');
    expect(retries()).toBe(8);
    vi.stubEnv('LITHOPS_CONFIG', undefined);
    vi.stubEnv('LITHOPS_CONFIG_FILE', undefined);
    expect(retries()).toBe(2);
    rmSync(project);
    expect(retries()).toBe(3);
    rmSync(join(folder, '.lithops_config'));
    expect(retries()).toBe(4);
  });

  it('reads TypeScript, JavaScript and JSON', () => {
    for (const [name, content] of [
      ['lithops.config.json', '{"localhost":{"worker_processes":3}}'],
      ['lithops.config.mjs', 'export default { localhost: { workerProcesses: 3 } };'],
    ] as const) {
      const file = write(name, content);
      expect(loadConfig({}).backendSection).toEqual({ workerProcesses: 3 });
      rmSync(file);
    }
  });

  it("reads Python Lithops' own file", () => {
    write(
      '.lithops_config',
      'lithops:\n  backend: localhost\n  storage: localhost\n  data_limit: 4\n  execution_timeout: 1800\n  log_level: INFO\n  data_cleaner: true\nlocalhost:\n  worker_processes: 2\naws:\n  region: us-east-1\n',
    );
    expect(loadConfig({})).toMatchObject({
      backendName: 'localhost',
      defaults: { timeoutMs: 1_800_000 },
      logLevel: 'info',
      backendSection: { workerProcesses: 2 },
    });
  });

  it('lets options win', () => {
    const config: Record<string, Record<string, unknown>> = {
      lithops: { backend: 'localhost', priority: 1 },
      localhost: { worker_processes: 2, runtime_memory: 100 },
    };
    expect(loadConfig({ config, workerProcesses: 5, timeout: '2m', retries: 3, priority: -2 })).toMatchObject({
      backendSection: { workerProcesses: 5, runtimeMemory: 100 },
      defaults: { timeoutMs: 120_000, retries: 3, priority: -2 },
    });
  });

  it.each([
    [
      'an unknown key, with the nearest',
      { config: { lithops: { retrys: 1 } } },
      /option `config`.*lithops\.retrys.*did you mean lithops\.retries/,
    ],
    ['a wrong value', { config: { lithops: { retries: -1 } } }, /lithops\.retries/],
    ['a priority that is too high', { config: { lithops: { priority: 2_000_000 } } }, /lithops\.priority/],
    ['a priority that is no whole number', { priority: 0.5 }, /priority is a whole number.*0\.5/],
    ['a misspelt section', { config: { lithop: {} } }, /section lithop; did you mean lithops/],
    ['a section that is none', { config: { localhost: 5 } }, /section localhost/],
    ['both spellings of a key', { config: { localhost: { worker_processes: 1, workerProcesses: 2 } } }, /twice/],
    ['an unknown option', { maxWorker: 2 }, /did you mean 'maxWorkers'/],
    ['a negative number of workers', { maxWorkers: -1 }, /maxWorkers.*-1/],
    ['a time that is none', { timeout: 'soon' }, /timeout.*soon/],
    [
      'a mode that the backend has not',
      { mode: 'serverless', backend: 'localhost' },
      /localhost mode, not in serverless/,
    ],
    ['a file that is not there', { configFile: 'nowhere.yaml' }, /nowhere\.yaml/],
  ])('refuses %s', (_, options, message) => {
    expect(() => loadConfig(options as never)).toThrow(ConfigError);
    expect(() => loadConfig(options as never)).toThrow(message);
  });

  it('names the file that cannot be read', () => {
    const file = write('lithops.config.yaml', 'lithops: [');
    expect(() => loadConfig({})).toThrow(file);
  });

  it('chooses the backend by mode', () => {
    expect(loadConfig({ mode: 'serverless' }).backendName).toBe('aws_lambda');
    expect(loadConfig({ backend: 'knative' }).mode).toBe('serverless');
    expect(loadConfig({ backend: '@acme/lithops-fly' }).mode).toBeUndefined();
  });
});

describe('durations', () => {
  it.each([
    [5, 5000],
    ['5', 5000],
    ['250ms', 250],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['2 h', 7_200_000],
    ['1d', 86_400_000],
  ])('%s', (value, ms) => expect(durationMs(value, 'x')).toBe(ms));
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '', 'x', '5 weeks'])('refuses %s', (value) =>
    expect(() => durationMs(value, 'limit')).toThrow(/limit/),
  );
});

describe('plugins', () => {
  it.each([
    ['aws_lambda', 'serverless', ['@lithops/aws-lambda', 'lithops-plugin-aws-lambda']],
    ['ibm_vpc', 'standalone', ['@lithops/ibm-vpc', '@lithops/standalone-ibm-vpc', 'lithops-plugin-ibm-vpc']],
    ['@acme/lithops-fly', undefined, ['@acme/lithops-fly']],
    ['./my-backend.ts', undefined, ['./my-backend.ts']],
  ] as const)('%s is looked for in its packages', (name, mode, packages) =>
    expect(packageNames(name, mode)).toEqual(packages),
  );

  it('suggests what was probably meant', () => {
    expect(nearestName('aws_lamda', ['aws_lambda', 'aws_batch'])).toBe('aws_lambda');
    expect(nearestName('awsLambda', ['aws_lambda'])).toBe('aws_lambda');
    expect(nearestName('something_else', ['aws_lambda'])).toBeUndefined();
  });

  it('that are missing are told with what to install, or what was meant', async () => {
    await expect(resolveComputePlugin({ name: 'aws_lambda', mode: 'serverless', from: [folder] })).rejects.toThrow(
      /(npm install|add) @lithops\/aws-lambda/,
    );
    await expect(resolveComputePlugin({ name: 'aws_lamda', from: [folder] })).rejects.toThrow(
      /did you mean 'aws_lambda'/,
    );
  });

  const plugin = (name: string, api: number) => `
    const plugin = { api: ${api}, kind: 'compute', name: '${name}', mode: 'localhost', config: { '~standard': {} }, capabilities: () => ({}), create: () => ({}) };
    Object.defineProperty(plugin, Symbol.for('lithops.plugin'), { value: true });
    export default plugin;`;

  it('are found as packages of the application, and by path', async () => {
    write(
      'node_modules/lithops-plugin-fly/package.json',
      '{"name":"lithops-plugin-fly","type":"module","exports":{".":{"import":"./index.js"}},"lithops":{"kind":"compute","name":"fly","api":1}}',
    );
    write('node_modules/lithops-plugin-fly/index.js', plugin('fly', 1));
    write('mine.mjs', plugin('mine', 1));
    await expect(resolveComputePlugin({ name: 'fly', from: [folder] })).resolves.toMatchObject({ name: 'fly' });
    await expect(resolveComputePlugin({ name: './mine.mjs', from: [folder] })).resolves.toMatchObject({ name: 'mine' });
  });

  it('listed as files are found by what they export, and passed over for other names and kinds', async () => {
    write('mine.mjs', plugin('mine', 1));
    write('other.mjs', plugin('other', 1));
    const request = { from: [folder], plugins: ['./mine.mjs', './other.mjs'] };
    await expect(resolveComputePlugin({ name: 'other', ...request })).resolves.toMatchObject({ name: 'other' });
    await expect(resolveStoragePlugin({ name: 'other', ...request })).rejects.toThrow(/there is no storage 'other'/);
  });

  it('of another api are refused before their code runs', async () => {
    write(
      'node_modules/lithops-plugin-old/package.json',
      '{"name":"lithops-plugin-old","type":"module","exports":"./index.js","lithops":{"kind":"compute","name":"old","api":99}}',
    );
    write('node_modules/lithops-plugin-old/index.js', 'throw new Error("its code ran")');
    await expect(resolveComputePlugin({ name: 'old', from: [folder] })).rejects.toThrow(/version 99.*works with 1/);
  });

  it('that throw when they are loaded keep their cause; what is no plugin is told', async () => {
    write('broken.mjs', 'throw new RangeError("inside")');
    write('none.mjs', 'export default {}');
    await expect(resolveComputePlugin({ name: './broken.mjs', from: [folder] })).rejects.toMatchObject({
      cause: expect.any(RangeError),
    });
    await expect(resolveComputePlugin({ name: './none.mjs', from: [folder] })).rejects.toThrow(
      /exports no compute plugin/,
    );
    expect(() => registry.register({} as never)).toThrow(ConfigError);
  });
});

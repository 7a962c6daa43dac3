import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { toJsonSchema } from '../src/cli/commands/config/to-json-schema.ts';
import { configSchemas } from '../src/index.ts';

describe('the JSON Schema of configurations', async () => {
  const schema = toJsonSchema(await configSchemas());
  const check = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]); // what makes JSON Schemas reads them too

  it.each([
    ['nothing', {}],
    [
      'sections',
      { lithops: { backend: 'localhost', log_level: 'info', retries: 3 }, localhost: { workerProcesses: 2 } },
    ],
    ['both spellings', { lithops: { execution_timeout: '5m', storageRetries: 1 }, localhost: { worker_processes: 2 } }],
    ['sections of plugins that are not installed', { lithops: { backend: '@acme/x' }, '@acme/x': { anything: 1 } }],
  ])('takes %s', (_, config) => {
    expect(check.safeParse(config).error).toBeUndefined();
  });

  it.each([
    ['a key that there is not', { lithops: { bakend: 'localhost' } }],
    ['a wrong value', { lithops: { retries: 'often' } }],
    ['a section that is none', { lithops: 3 }],
  ])('refuses %s', (_, config) => {
    expect(check.safeParse(config).success).toBe(false);
  });

  it('knows the keys of plugins', () => {
    expect(schema).toMatchObject({
      properties: { localhost: { properties: { worker_processes: {}, storage_root: {}, storageRoot: {} } } },
    });
  });
});

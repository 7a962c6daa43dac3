import { testStoragePlugin } from '@lithops/testing/vitest';
import { startRedis } from '@lithops-tools/services';
import { afterAll } from 'vitest';
import redis from '../src/index.ts';

const server = await startRedis();
afterAll(() => server[Symbol.asyncDispose]());

testStoragePlugin({ plugin: redis, config: { port: server.port, password: server.password } });

export { type AzuriteServer, startAzurite } from './azurite.ts';
export { type MotoServer, startMoto } from './moto.ts';
export { type RedisServer, startRedis } from './redis.ts';
export type { Service } from './service-process.ts';

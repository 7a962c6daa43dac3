import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@lithops-tools/services';
import { Queue, Worker } from 'bullmq';

/** Seconds that BullMQ takes to add and process so many jobs which do nothing, on a Redis that writes all to a file as the master's does. */
export async function queueFloor(jobs: number, concurrency: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-floor-'));
  const redis = await startRedis(['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '']);
  const connection = { host: '127.0.0.1', port: redis.port, password: redis.password, maxRetriesPerRequest: null };
  const queue = new Queue<number>('floor', {
    connection,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  const done = Promise.withResolvers<void>();
  let left = jobs;
  const worker = new Worker<number>('floor', async () => {}, { connection, concurrency });
  worker.on('completed', () => {
    if (--left === 0) done.resolve();
  });
  try {
    await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: jobs }, (_, i) => queue.add('job', i, { jobId: `job-${i}` })));
    await done.promise;
    return (performance.now() - startedAt) / 1000;
  } finally {
    await worker.close();
    await queue.close();
    await redis[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

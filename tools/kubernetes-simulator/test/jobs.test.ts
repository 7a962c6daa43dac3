import type { V1JobSpec, V1JobStatus } from '@kubernetes/client-node';
import { type DockerEngine, startDockerEngine } from '@lithops-tools/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clients, refusalOf, startCluster, type TestCluster } from './cluster.ts';
import { buildEcho, ECHO } from './serving.ts';

let engine: DockerEngine;
let cluster: TestCluster;
let clients: Clients;
let made = 0;

beforeAll(async () => {
  engine = await startDockerEngine();
  await buildEcho(engine);
  cluster = await startCluster({ engine, restartMs: 100 });
  clients = cluster.as();
});

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
});

const template = (program: string, restartPolicy: string | undefined = 'Never') => ({
  spec: { restartPolicy, containers: [{ name: 'main', image: ECHO, command: ['node', '-e', program] }] },
});

async function ended(spec: V1JobSpec): Promise<{ readonly name: string; readonly status: V1JobStatus }> {
  const name = `job-${++made}`;
  await clients.batch.createNamespacedJob({ namespace: 'default', body: { metadata: { name }, spec } });
  const status = async () => (await clients.batch.readNamespacedJob({ namespace: 'default', name })).status ?? {};
  const hasEnded = async () => ((await status()).conditions ?? []).length > 0;
  await expect.poll(hasEnded, { timeout: 25_000, interval: 100 }).toBe(true);
  return { name, status: await status() };
}

const logs = async (name: string) => {
  const labelSelector = `batch.kubernetes.io/job-name=${name}`;
  const { items } = await clients.core.listNamespacedPod({ namespace: 'default', labelSelector });
  const log = (pod = '') => clients.core.readNamespacedPodLog({ namespace: 'default', name: pod });
  return (await Promise.all(items.map(({ metadata }) => log(metadata?.name)))).sort();
};

describe('a Job', () => {
  it('runs a pod for each index', async () => {
    const program = 'console.log(process.env.JOB_COMPLETION_INDEX)';
    const spec = { completions: 3, parallelism: 2, completionMode: 'Indexed', template: template(program) };
    const { name, status } = await ended(spec);
    expect(status).toMatchObject({ succeeded: 3, completedIndexes: '0,1,2' });
    expect(status.conditions?.map(({ type }) => type)).toEqual(['SuccessCriteriaMet', 'Complete']);
    expect(await logs(name)).toEqual(['0\n', '1\n', '2\n']);
  });

  it('tries again as often as it may', async () => {
    const { name, status } = await ended({ backoffLimit: 1, template: template('process.exit(2)') });
    expect(status).toMatchObject({ failed: 2 });
    expect(status.conditions?.at(-1)).toMatchObject({ type: 'Failed', reason: 'BackoffLimitExceeded' });
    expect((await logs(name)).length).toBe(2);
  });

  it('ends when its time is over, and goes when nobody needs it', async () => {
    const spec = {
      activeDeadlineSeconds: 1,
      ttlSecondsAfterFinished: 1,
      template: template('setInterval(() => {}, 1e3)'),
    };
    const { name, status } = await ended(spec);
    expect(status.conditions?.at(-1)).toMatchObject({ type: 'Failed', reason: 'DeadlineExceeded' });
    const gone = () =>
      refusalOf(clients.batch.readNamespacedJob({ namespace: 'default', name })).then(
        ({ code }) => code,
        () => 200,
      );
    await expect.poll(gone, { timeout: 10_000 }).toBe(404);
  });

  it('is refused when its pods would never end, or when it is to be another', async () => {
    const body = { metadata: { name: 'bad' }, spec: { template: template('', 'Always') } };
    expect(await refusalOf(clients.batch.createNamespacedJob({ namespace: 'default', body }))).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'spec.template.spec.restartPolicy' }] },
    });
    const { name } = await ended({ template: template('') });
    const job = await clients.batch.readNamespacedJob({ namespace: 'default', name });
    const changed = { ...job, spec: { ...job.spec, template: template('other') } };
    const replaced = clients.batch.replaceNamespacedJob({ namespace: 'default', name, body: changed });
    expect((await refusalOf(replaced)).message).toContain('field is immutable');
  });
});

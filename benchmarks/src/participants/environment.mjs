// What the rows of `docker.ts` measure, for one environment: a container of the image that is named, or processes of this machine.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const startedAt = performance.now();
const [, , runtime] = process.argv;
const consumer = createRequire(`${process.env.LITHOPS_BENCHMARK_CONSUMER}/`);
process.chdir(process.env.LITHOPS_BENCHMARK_CONSUMER);
const { FunctionExecutor } = await import(pathToFileURL(consumer.resolve('lithops')).href);

const seconds = async (run) => {
  const from = performance.now();
  await run();
  return (performance.now() - from) / 1000;
};
const numbers = (count) => Array.from({ length: count }, (_, i) => i);
const noop = (n) => n;
const open = () => new FunctionExecutor({ workerProcesses: 2, ...(runtime && { runtime }) });
const map = (executor, count) => executor.map(noop, numbers(count)).result();

const times = {};
const first = open();
times.firstResultCold = await seconds(() => first.callAsync(noop, 1).result());
times.processToFirstResult = (performance.now() - startedAt) / 1000;
await first.close();

const cold = open();
times.noops30Cold = await seconds(() => map(cold, 30));
await cold.close();
const fresh = open();
times.noops5000Cold = await seconds(() => map(fresh, 5000));
for (let i = 0; i < 200; i++) await fresh.callAsync(noop, i).result();
times.roundTrip =
  (await seconds(async () => {
    for (let i = 0; i < 500; i++) await fresh.callAsync(noop, i).result();
  })) / 500;
await map(fresh, 200);
times.noops100Warm = await seconds(() => map(fresh, 100));
await map(fresh, 5000);
times.noops5000Warm = await seconds(() => map(fresh, 5000));
await fresh.close();
console.log(JSON.stringify(times));

import { freemem } from 'node:os';
import { parseArgs } from 'node:util';
import { type LambdaSimulator, startLambdaSimulator } from '@lithops-tools/lambda-simulator';
import { startMoto } from '@lithops-tools/services';
import { FunctionExecutor } from 'lithops';
import { describeMachine, loadAverage } from './machine.ts';

// A map over very many workers of AWS Lambda, on the simulator: each is a sandbox of this machine, with its processes, of
// which some 100 MB are its own. It says whether so many are kept busy at once, each call is run once, and what that costs
// the client; how long it takes says more of the machine than of Lambda.

const { values: options } = parseArgs({
  options: {
    tasks: { type: 'string', default: '1000' },
    workers: { type: 'string', default: '200' },
    /** ms that a task waits: so long that those that have started wait for those that start. */
    'task-ms': { type: 'string', default: '20000' },
    /** MB that are to be left on this machine; with less the run is given up. */
    'keep-free': { type: 'string', default: '2500' },
  },
});

const LOOK_MS = 500;
const tasks = Number(options.tasks);
const maxWorkers = Number(options.workers);
// Plugins are found from here.
process.chdir(new URL('..', import.meta.url).pathname);

const load = loadAverage();
await using moto = await startMoto();
await using simulator = await startLambdaSimulator({ concurrency: 1_000 });
const { endpoint, region, credentials } = simulator;
await using fexec = new FunctionExecutor({
  backend: 'aws_lambda',
  storage: 'aws_s3',
  config: {
    aws_lambda: {
      endpoint,
      region,
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      executionRole: 'arn:aws:iam::123456789012:role/lithops',
      runtimeMemory: 192,
      maxWorkers,
    },
    aws_s3: { region, endpoint: moto.endpoint, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'for-benchmarks' },
  },
});

const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
const stop = new AbortController();
const watch = watchMachine(simulator, Number(options['keep-free']) * 2 ** 20, stop);
const wait = async (task: number, ms: number) => {
  await new Promise((done) => setTimeout(done, ms));
  return { task, sandbox: process.env['AWS_LAMBDA_LOG_STREAM_NAME'] };
};
const list = fexec.map(
  wait,
  Array.from({ length: tasks }, (_, i) => i),
  {
    extraArgs: [Number(options['task-ms'])],
    chunksize: 1,
    signal: stop.signal,
  },
);
const results = await list.result();
const seconds = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const seen = watch.end();
const invocations = simulator.requests.filter((operation) => operation === 'InvokeWithResponseStream').length;

console.log(
  JSON.stringify(
    {
      machine: describeMachine(),
      load: [load, loadAverage()],
      tasks,
      maxWorkers,
      taskMs: Number(options['task-ms']),
      seconds: Math.round(seconds),
      inOrder: results.every(({ task }, index) => task === index),
      sandboxes: new Set(results.map(({ sandbox }) => sandbox)).size,
      peakConcurrency: simulator.peakConcurrency,
      secondsUntilPeak: Math.round(seen.secondsUntilPeak),
      invocations,
      attempts: list.reduce((sum, { stats }) => sum + (stats.attempts ?? 0), 0),
      leastFreeMegabytes: Math.round(seen.leastFree / 2 ** 20),
      // With the simulator, which is in this process.
      clientCpuSeconds: Math.round((user + system) / 1e6),
      cost: fexec.jobSummary()[0]?.cost,
    },
    undefined,
    2,
  ),
);

/** Ends a run that would take the machine from others. */
function watchMachine({ sandboxes }: LambdaSimulator, keepFree: number, giveUp: AbortController) {
  let leastFree = freemem();
  let peak = 0;
  let peakAt = startedAt;
  const timer = setInterval(() => {
    leastFree = Math.min(leastFree, freemem());
    const busy = sandboxes().filter(({ state }) => state === 'busy').length;
    if (busy > peak) [peak, peakAt] = [busy, performance.now()];
    if (leastFree < keepFree) giveUp.abort(new Error(`less than ${options['keep-free']} MB are left on this machine`));
  }, LOOK_MS);
  return {
    end() {
      clearInterval(timer);
      return { leastFree, secondsUntilPeak: (peakAt - startedAt) / 1000 };
    },
  };
}

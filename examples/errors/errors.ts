import { FunctionExecutor, TimeoutError, WorkerLostError } from 'lithops';

await using fexec = new FunctionExecutor();

class OutOfStock extends Error {
  readonly article: string;
  constructor(article: string, options?: ErrorOptions) {
    super(`${article} is out of stock`, options);
    this.name = 'OutOfStock';
    this.article = article;
  }
}

function order(article: string): string {
  if (article === 'unicorn') throw new OutOfStock(article, { cause: 'they never were' });
  return `${article} ordered`;
}

let failures = 0;
const expect = (what: string, holds: boolean) => {
  console.log(`${holds ? 'yes' : 'NO '}  ${what}`);
  if (!holds) failures++;
};

// An error comes back as itself: your class, its properties, its cause, and a stack that names your file.
const orders = fexec.map(order, ['lamp', 'unicorn', 'chair']);
try {
  await orders.result();
} catch (error) {
  expect('your own error class, with its property', error instanceof OutOfStock && error.article === 'unicorn');
  expect('its cause', error instanceof OutOfStock && error.cause === 'they never were');
  expect('a stack that names this file', error instanceof Error && /errors\.ts:\d+/.test(error.stack ?? ''));
}

// The other calls are unharmed, and results stay in their places.
const results = await orders.result({ throwExcept: false });
expect('the other results, in their places', JSON.stringify(results) === '["lamp ordered",null,"chair ordered"]');

// A crash is told with its true cause, and the workers go on.
const crashed = fexec.callAsync(() => process.exit(3), undefined);
await crashed.wait();
expect('the exit code of a worker that died', crashed.error instanceof WorkerLostError && crashed.error.exitCode === 3);

// A time limit counts from submission and ends what runs.
const endless = fexec.callAsync(
  () => {
    for (;;);
  },
  undefined,
  { timeout: '500ms' },
);
await endless.wait();
expect('a time limit', endless.error instanceof TimeoutError);

// Lost workers can be retried; what is still failing then is told.
const flaky = fexec.callAsync(
  ((_: undefined, task: { attempt: number }) =>
    task.attempt < 3 ? process.exit(1) : `attempt ${task.attempt}`) as () => string,
  undefined,
  {
    retries: 5,
  },
);
expect('a third attempt after two crashes', (await flaky.result()) === 'attempt 3');

process.exitCode = failures === 0 ? 0 : 1;

// One row for one peer, in a process of its own. Prints a number as JSON: seconds, unless the row says otherwise.
const [, , row, peer] = process.argv;
const WORKERS = 2;
const { open } = await import(`./${peer}.mjs`);
const numbers = (count) => Array.from({ length: count }, (_, i) => i);
const seconds = async (run) => {
  const startedAt = performance.now();
  await run();
  return (performance.now() - startedAt) / 1000;
};

const pool = open(WORKERS);
const map = pool.map ?? ((name, items) => Promise.all(items.map((item) => pool.run(name, item))));
const warm = async () => {
  await map('noop', numbers(2000));
  await map('noop', numbers(200));
};

const ROWS = {
  hello: async () => {
    if ((await pool.run('noop', 1)) !== 1) throw new Error('wrong');
    return 0;
  },
  'round-trip': async () => {
    await warm();
    for (let i = 0; i < 200; i++) await pool.run('noop', i);
    return (
      (await seconds(async () => {
        for (let i = 0; i < 1000; i++) await pool.run('noop', i);
      })) / 1000
    );
  },
  'noops-100-warm': async () => {
    await warm();
    return seconds(() => map('noop', numbers(100)));
  },
  'noops-5000-cold': () => seconds(() => map('noop', numbers(5000))),
  'noops-5000-warm': async () => {
    await warm();
    await map('noop', numbers(5000));
    return seconds(() => map('noop', numbers(5000)));
  },
  'stream-1000000': async () => {
    let sum = 0;
    const took = await seconds(async () => {
      for await (const n of pool.stream(
        'noop',
        (function* () {
          for (let n = 0; n < 1_000_000; n++) yield n;
        })(),
      ))
        sum += n;
    });
    if (sum !== 499_999_500_000) throw new Error('wrong');
    console.error(JSON.stringify({ megabytes: process.resourceUsage().maxRSS / 1024 }));
    return took;
  },
  'cpu-8': async () => {
    await warm();
    await map(
      'spin',
      numbers(4).map(() => 1e6),
    );
    return seconds(() =>
      map(
        'spin',
        numbers(8).map(() => 3e8),
      ),
    );
  },
  'results-20-x-1-mib': async () => {
    await warm();
    return seconds(async () => {
      const results = await map(
        'bytes',
        numbers(20).map(() => 2 ** 20),
      );
      if (results.some((result) => result.length !== 2 ** 20)) throw new Error('wrong');
    });
  },
  'results-4-x-50-mib': async () => {
    await warm();
    return seconds(async () => {
      const results = await map(
        'bytes',
        numbers(4).map(() => 50 * 2 ** 20),
      );
      if (results.some((result) => result.length !== 50 * 2 ** 20)) throw new Error('wrong');
    });
  },
  'captured-10-mib-100-tasks': async () => {
    await warm();
    const data = new Uint8Array(10 * 2 ** 20);
    return seconds(() =>
      pool.captured
        ? pool.captured(data, 100)
        : map(
            'lengthOf',
            numbers(100).map(() => data),
          ),
    );
  },
};

const result = await ROWS[row]();
console.log(JSON.stringify(result));
if (row !== 'hello') process.exit(0);
await pool.close();

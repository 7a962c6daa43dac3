import { type Row, seconds } from '../row.ts';
import { add } from './packing-import.ts';

/** The part of `@lithops/closure` that makes a function a module. */
interface Closure {
  capture(fn: (...args: never[]) => unknown): { build(): Promise<{ readonly hash: string }> };
}

const WARM_CALLS = 50;

/** From a function to the hash of its module: in a fresh process, with the package's own start; again; and with an import of the user's own. */
export const packing: Row = {
  name: 'packing',
  title: 'packing a closure',
  others: [],
  metrics: [
    { name: 'first', title: 'the first', unit: 'seconds', target: () => 0.06 },
    { name: 'warm', title: 'warm', unit: 'seconds', target: () => 0.001 },
    { name: 'imports', title: 'with own imports, the first', unit: 'seconds', target: () => 0.1 },
  ],
  async measure({ packed }) {
    let offset = 0;
    const packingOf = (closure: Closure) => closure.capture((n: number) => n + offset).build();
    let closure: Closure | undefined;
    const first = await seconds(async () => {
      closure = await packed<Closure>('@lithops/closure');
      await packingOf(closure);
    });
    if (closure === undefined) throw new Error('the package did not load');
    const { capture } = closure;
    const imports = await seconds(() => capture((n: number) => add(n, offset)).build());
    const samples: number[] = [];
    for (offset = 1; offset <= WARM_CALLS; offset++) samples.push(await seconds(() => packingOf({ capture })));
    return { first, imports, warm: samples.toSorted((a, b) => a - b)[WARM_CALLS / 2] ?? Number.NaN };
  },
};

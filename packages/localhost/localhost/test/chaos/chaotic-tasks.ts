import type { CallStatus } from '@lithops/core';
import { CancelledError, TimeoutError, WorkerLostError } from '@lithops/core';
import type { SeededRandom } from './seeded-random.ts';

/** What a task is told to do. */
export interface Order {
  readonly id: number;
  readonly kind: OrderKind;
}

const HARMLESS = [
  'number',
  'nothing',
  'object',
  'bytes',
  'large',
  'slow',
  'async',
  'printed',
  'throws',
  'rejects',
] as const;
const DEADLY = ['exits', 'killsItself', 'runsOutOfMemory'] as const;
/** Tasks that only their time limit ends. */
export const ENDLESS = ['loops', 'stopsItself', 'neverAnswers'] as const;

export type OrderKind = (typeof HARMLESS)[number] | (typeof DEADLY)[number] | (typeof ENDLESS)[number] | 'cancelled';

export class Refused extends Error {
  readonly id: number;
  constructor(id: number) {
    super(`refused ${id}`);
    this.id = id;
  }
}

/** Mostly harmless ones; a few of each that harm. */
export function chaoticOrders(count: number, random: SeededRandom): Order[] {
  const special = new Map<number, OrderKind>();
  const place = (kinds: readonly OrderKind[], each: number) => {
    for (const kind of kinds) for (let i = 0; i < each; i++) special.set(random.below(count), kind);
  };
  place(DEADLY.slice(0, 2), 4);
  place(['runsOutOfMemory'], 1);
  place(['cancelled'], 6);
  return Array.from({ length: count }, (_, id) => ({ id, kind: special.get(id) ?? random.pick(HARMLESS) }));
}

/** Runs in a worker. */
export async function carryOut({ id, kind }: Order): Promise<unknown> {
  switch (kind) {
    case 'number':
      return id;
    case 'nothing':
      return undefined;
    case 'object':
      return { id, nested: [new Map([[id, new Date(id)]]), -0, Number.NaN] };
    case 'bytes':
      return new Uint8Array(100 + id).fill(id % 256);
    case 'large':
      return Buffer.alloc(700_000 + id, id % 256);
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, 5));
      return id;
    case 'async':
      await Promise.resolve();
      return `async ${id}`;
    case 'printed':
      console.log(`line of ${id}`);
      return id;
    case 'throws':
      throw new Refused(id);
    case 'rejects':
      await Promise.resolve();
      throw new RangeError(`rejected ${id}`);
    case 'exits':
      return process.exit(3);
    case 'killsItself':
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => {});
    case 'runsOutOfMemory': {
      const hoard: unknown[] = [];
      for (;;) hoard.push(Array.from({ length: 10_000 }, () => ({ id })));
    }
    case 'loops':
      for (;;);
    case 'stopsItself':
      process.kill(process.pid, 'SIGSTOP');
      return new Promise(() => {});
    case 'neverAnswers':
    case 'cancelled':
      return new Promise(() => {});
  }
}

/** What a call may have come to; `undefined` when it is as it must be, else what is wrong. */
export function fault({ id, kind }: Order, status: CallStatus, value: unknown): string | undefined {
  const { error, state } = status;
  const told = () => `${kind} ${id} ended as ${state}: ${String(error ?? value)}`;
  const causes = status.attempts.map((attempt) => attempt.error);
  const lost = (matches: (cause: WorkerLostError) => boolean) =>
    error instanceof WorkerLostError && causes.some((cause) => cause instanceof WorkerLostError && matches(cause));
  switch (kind) {
    case 'throws':
      return error instanceof Refused && error.id === id ? undefined : told();
    case 'rejects':
      return error instanceof RangeError && error.message === `rejected ${id}` ? undefined : told();
    case 'exits':
      return lost(({ exitCode }) => exitCode === 3) ? undefined : told();
    case 'killsItself':
      return lost(({ signal }) => signal === 'SIGKILL') ? undefined : told();
    case 'runsOutOfMemory':
      return lost(({ oom, signal }) => oom === true || signal === 'SIGKILL') ? undefined : told();
    case 'loops':
    case 'stopsItself':
    case 'neverAnswers':
      return error instanceof TimeoutError ? undefined : told();
    case 'cancelled':
      return error instanceof CancelledError ? undefined : told();
    default:
      return state === 'success' && isExpected(id, kind, value) ? undefined : told();
  }
}

function isExpected(id: number, kind: OrderKind, value: unknown): boolean {
  switch (kind) {
    case 'number':
    case 'slow':
    case 'printed':
      return value === id;
    case 'nothing':
      return value === undefined;
    case 'async':
      return value === `async ${id}`;
    case 'bytes':
      return value instanceof Uint8Array && value.length === 100 + id && value.every((byte) => byte === id % 256);
    case 'large':
      return Buffer.isBuffer(value) && value.equals(Buffer.alloc(700_000 + id, id % 256));
    default: {
      const { nested } = value as { readonly nested: readonly [Map<number, Date>, number, number] };
      return nested[0].get(id)?.getTime() === id && Object.is(nested[1], -0) && Number.isNaN(nested[2]);
    }
  }
}

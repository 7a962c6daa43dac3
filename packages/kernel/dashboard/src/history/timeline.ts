import type { Lane, Stretch, Timeline } from '../view/chart-view.ts';
import { CALL_STATES } from '../view/job-view.ts';
import type { CallTable } from './call-table.ts';

const MOST_LANES = 256;
const STEPS = 240;
const ENDED_STEPS = 60;
const LOST = CALL_STATES.indexOf('lost');
/** What is sent of a lane, and of all lanes together, is bounded by how finely times are told apart. */
const MOST_STRETCHES_OF_LANE = 1500;
const MOST_STRETCHES = 40_000;

/** When the calls of a job ran. @param now ms since submission; `lost`: the program has ended, nothing runs any more */
export function timelineOf(
  table: CallTable,
  by: Timeline['by'],
  { now, lost }: { readonly now: number; readonly lost: boolean },
): Timeline {
  const end = Math.max(now, 1);
  const running = new RunningCalls(end);
  const ended = new Array<number>(ENDED_STEPS).fill(0);
  const lanes = new Lanes(table, by, end);
  for (const row of byStart(table)) {
    const span = table.span(row, end);
    if (span === undefined) continue;
    const { from, to } = span;
    const state = table.state[row] ?? 0;
    const runs = CALL_STATES[state] === 'running';
    running.add(from, to);
    if (!runs) {
      const at = stepOf((table.number('done', row) ?? to) / end, ENDED_STEPS);
      ended[at] = (ended[at] ?? 0) + 1;
    }
    lanes.add(row, from, to, runs && lost ? LOST : state);
  }
  const throughput = ended.map((calls) => round((calls * 1000 * ENDED_STEPS) / end));
  return { by, end, ...running.finish(), throughput, ...lanes.finish() };
}

/** @param part 0 to 1 */
function stepOf(part: number, steps: number): number {
  return Math.min(Math.max(Math.floor(part * steps), 0), steps - 1);
}

/** How many calls ran at once, and the most of it. Calls are added in the order of their begin. */
class RunningCalls {
  readonly #step: number;
  /** ms that calls ran within each step, and changes of how many run through all of the steps that follow */
  readonly #partly = new Float64Array(STEPS);
  readonly #change = new Float64Array(STEPS + 1);
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(end: number) {
    this.#step = end / STEPS;
  }

  add(from: number, to: number): void {
    this.#starts.push(from);
    this.#ends.push(to);
    const [first, last] = [stepOf(from / this.#step / STEPS, STEPS), stepOf(to / this.#step / STEPS, STEPS)];
    if (first === last) this.#addTo(this.#partly, first, to - from);
    else {
      this.#addTo(this.#partly, first, (first + 1) * this.#step - from);
      this.#addTo(this.#partly, last, to - last * this.#step);
      this.#addTo(this.#change, first + 1, 1);
      this.#addTo(this.#change, last, -1);
    }
  }

  finish(): Pick<Timeline, 'concurrency' | 'peak'> {
    let through = 0;
    const concurrency = Array.from(this.#partly, (ms, i) => {
      through += this.#change[i] ?? 0;
      return round(through + ms / this.#step);
    });
    const ends = Float64Array.from(this.#ends).sort();
    let [peak, ended] = [0, 0];
    for (const [begun, start] of this.#starts.entries()) {
      while ((ends[ended] ?? Number.POSITIVE_INFINITY) <= start) ended++;
      peak = Math.max(peak, begun + 1 - ended);
    }
    return { concurrency, peak };
  }

  #addTo(values: Float64Array, at: number, amount: number): void {
    values[at] = (values[at] ?? 0) + amount;
  }
}

/** Rows in the order in which their calls began. */
function byStart(table: CallTable): Uint32Array {
  const { start } = table.numbers;
  const rows = new Uint32Array(table.rows);
  let count = 0;
  for (let row = 0; row < table.rows; row++) if (!Number.isNaN(start[row] ?? Number.NaN)) rows[count++] = row;
  return rows.slice(0, count).sort((a, b) => (start[a] ?? 0) - (start[b] ?? 0));
}

class Lanes {
  readonly #table: CallTable;
  readonly #laneOf: (row: number) => number;
  readonly #names: (lane: number) => string;
  /** ms that can just be told apart */
  readonly #least: number;
  readonly #lanes: LaneBuilder[] = [];
  readonly #unshown: number;
  readonly #shared: boolean;

  constructor(table: CallTable, by: Timeline['by'], end: number) {
    this.#table = table;
    const order = by === 'worker' ? table.workers.toSorted(compareNames) : [];
    const last = table.call.subarray(0, table.rows).reduce((most, call) => Math.max(most, call), 0);
    const perLane = Math.max(1, Math.ceil((last + 1) / MOST_LANES));
    const lanes = by === 'worker' ? Math.min(order.length, MOST_LANES) : Math.ceil((last + 1) / perLane);
    this.#least = end / Math.min(MOST_STRETCHES_OF_LANE, Math.max(MOST_STRETCHES / Math.max(lanes, 1), 1));
    this.#unshown = Math.max(order.length - MOST_LANES, 0);
    this.#shared = by === 'call' && perLane > 1;
    if (by === 'worker') {
      const ranks = new Map(order.map((name, rank) => [name, rank]));
      const laneOf = [MOST_LANES, ...table.workers.map((name) => ranks.get(name) ?? MOST_LANES)];
      this.#laneOf = (row) => laneOf[table.worker[row] ?? 0] ?? MOST_LANES;
      this.#names = (lane) => order[lane] ?? '';
    } else {
      this.#laneOf = (row) => Math.floor((table.call[row] ?? 0) / perLane);
      this.#names = (lane) =>
        perLane === 1 ? `${lane}` : `${lane * perLane}–${Math.min((lane + 1) * perLane - 1, last)}`;
    }
  }

  add(row: number, from: number, to: number, state: number): void {
    const lane = this.#laneOf(row);
    if (lane >= MOST_LANES) return;
    this.#lanes[lane] ??= new LaneBuilder(this.#least, this.#shared);
    this.#lanes[lane].add(from, to, state, this.#table.call[row] ?? 0);
  }

  finish(): { readonly lanes: Lane[]; readonly unshown: number } {
    const lanes = Array.from(this.#lanes, (lane, number) => ({
      name: this.#names(number),
      stretches: lane?.stretches.map(([from, to, ...rest]): Stretch => [round(from), round(to), ...rest]) ?? [],
    }));
    return { lanes, unshown: this.#unshown };
  }
}

/** Calls of a state that follow each other more closely than can be seen become one stretch. */
class LaneBuilder {
  readonly stretches: [...Stretch][] = [];
  readonly #least: number;
  readonly #shared: boolean;
  readonly #last: ([...Stretch] | undefined)[] = [];

  /** @param shared by calls that run at the same time */
  constructor(least: number, shared: boolean) {
    this.#least = least;
    this.#shared = shared;
  }

  add(from: number, to: number, state: number, call: number): void {
    const last = this.#last[state];
    const long = to - from > 4 * this.#least && !this.#shared && this.stretches.length < MOST_STRETCHES_OF_LANE;
    if (last !== undefined && from - last[1] < this.#least && !long) {
      last[1] = Math.max(last[1], to);
      last[3]++;
      return;
    }
    const stretch: [...Stretch] = [from, to, state, 1, call];
    this.#last[state] = stretch;
    this.stretches.push(stretch);
  }
}

const compareNames = new Intl.Collator('en', { numeric: true }).compare;

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

import { signal } from '@preact/signals';
import type { CallPage, CallRow, CallSelection } from '../../src/view/call-view.ts';
import { ask, jobPath } from './server.ts';

const PAGE = 100;
/** Pages that are kept beside those in view. */
const MOST_PAGES = 20;
/** While a job runs what is in view is asked for anew so often at most, ms; and while somebody types or scrolls. */
const AGAIN_MS = 1000;
const SETTLE_MS = 60;

/** The rows of a job's calls that are in view, in pages. */
export class CallPages {
  readonly total = signal(0);
  readonly #job: string;
  readonly #changed = signal(0);
  #pages = new Map<number, readonly CallRow[]>();
  /** Pages that are of the selection before, or older than the job. */
  #stale = new Set<number>();
  #selection: CallSelection | undefined;
  #key = '';
  #version = 0;
  #first = 0;
  #last = 0;
  #askedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #gone = new AbortController();

  constructor(job: string) {
    this.#job = job;
  }

  /** A row of the selection, undefined while it is asked for. */
  row(index: number): CallRow | undefined {
    void this.#changed.value;
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  choose(selection: CallSelection, version: number): void {
    const key = JSON.stringify(selection);
    if (key === this.#key && version === this.#version) return;
    const other = key !== this.#key;
    this.#key = key;
    this.#version = version;
    this.#selection = selection;
    for (const page of this.#pages.keys()) this.#stale.add(page);
    if (other) {
      this.#gone.abort();
      this.#gone = new AbortController();
      this.#schedule(SETTLE_MS);
    } else this.#schedule(Math.max(AGAIN_MS - (performance.now() - this.#askedAt), SETTLE_MS));
  }

  /** These rows are in view. */
  look(first: number, last: number): void {
    this.#first = first;
    this.#last = last;
    if (this.#missing().some((page) => !this.#pages.has(page))) this.#schedule(SETTLE_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#gone.abort();
  }

  #missing(): number[] {
    const first = Math.floor(this.#first / PAGE);
    const last = Math.max(Math.floor(Math.max(this.#last, 0) / PAGE), first);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(
      (page) => !this.#pages.has(page) || this.#stale.has(page),
    );
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(), wait);
  }

  async #fetch(): Promise<void> {
    const { signal: gone } = this.#gone;
    const selection = this.#selection;
    if (selection === undefined) return;
    this.#askedAt = performance.now();
    for (const page of this.#missing()) {
      this.#stale.delete(page);
      const { descending, ...rest } = selection;
      const order = descending ? 'descending' : 'ascending';
      const query = { ...rest, order, from: page * PAGE, count: PAGE };
      try {
        const found = await ask<CallPage>(jobPath(this.#job, 'calls', query), gone);
        if (gone.aborted) return;
        this.#pages.set(page, found.rows);
        this.total.value = found.total;
        this.#forget();
        this.#changed.value++;
      } catch {
        this.#stale.add(page);
        if (gone.aborted) return;
      }
    }
  }

  /** Those far from what is in view go. */
  #forget(): void {
    const middle = (this.#first + this.#last) / 2 / PAGE;
    const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const page of far.slice(0, Math.max(far.length - MOST_PAGES, 0))) {
      this.#pages.delete(page);
      this.#stale.delete(page);
    }
  }
}

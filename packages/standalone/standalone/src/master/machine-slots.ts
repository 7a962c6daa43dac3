import { isOf, type MachineSpec, type MachineStatus, type WorkerEnvironment } from '../protocol/master-api.ts';
import { type LinkSettings, MachineLink } from './machine-link.ts';
import { WaitingLine } from './waiting-line.ts';

/** How long is waited before a machine is tried again, in ms: ever longer while it is in vain. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** A machine with a process to spare, taken by {@link MachineSlots.take}. */
export interface Slot {
  readonly link: MachineLink;
  readonly machine: string;
  free(): void;
}

interface Place {
  readonly spec: MachineSpec;
  link: MachineLink | undefined;
  running: number;
  problem: string | undefined;
  state: MachineStatus['state'];
  pauseMs: number;
  timer: NodeJS.Timeout | undefined;
  removed: boolean;
}

/** The workers of one environment on all machines: started, started again when they are lost, and given out process by process. */
export class MachineSlots {
  readonly #environment: WorkerEnvironment;
  readonly #settings: Pick<LinkSettings, 'keyFile' | 'silenceMs'>;
  readonly #log: (text: string) => void;
  readonly #places = new Map<string, Place>();
  readonly #waiting = new WaitingLine<() => void>();
  #closed = false;

  constructor(
    environment: WorkerEnvironment,
    settings: Pick<LinkSettings, 'keyFile' | 'silenceMs'>,
    log: (text: string) => void,
  ) {
    this.#environment = environment;
    this.#settings = settings;
    this.#log = log;
  }

  get status(): MachineStatus[] {
    return Array.from(this.#places.values(), ({ spec, state, problem, running, link }) => ({
      name: spec.name,
      state,
      ...(problem !== undefined && { problem }),
      processes: link?.facts.concurrency ?? 0,
      running,
      ...(this.#environment.container !== undefined && { container: this.#environment.container }),
    }));
  }

  /** These are the machines from now on. One that is known and has changed is started anew. */
  use(specs: readonly MachineSpec[]): void {
    // What else a machine is prepared for does not change what runs there.
    const wanted = specs.flatMap(({ containers: _, ...spec }, i) =>
      isOf(this.#environment, specs[i] ?? spec) ? [spec] : [],
    );
    for (const [name, place] of this.#places) {
      const same = wanted.some((spec) => JSON.stringify(spec) === JSON.stringify(place.spec));
      if (same) continue;
      this.#places.delete(name);
      this.#remove(place);
    }
    for (const spec of wanted) {
      if (this.#places.has(spec.name)) continue;
      const place: Place = {
        spec,
        link: undefined,
        running: 0,
        problem: undefined,
        state: 'connecting',
        pauseMs: FIRST_PAUSE_MS,
        timer: undefined,
        removed: false,
      };
      this.#places.set(spec.name, place);
      void this.#open(place);
    }
    this.#changed();
  }

  /**
   * Waits for a free process: of the machine that has most of them. Undefined when the signal is aborted first.
   * @param priority those of a higher one get it first
   */
  async take(signal: AbortSignal, priority: number): Promise<Slot | undefined> {
    while (!signal.aborted && !this.#closed) {
      const place = this.#freest();
      if (place?.link !== undefined) return this.#slotOf(place, place.link);
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#waiting.add(done, priority);
        signal.addEventListener('abort', done, { once: true });
      });
    }
    // It may have been woken for a process, and is not there to take it.
    this.#changed();
    return undefined;
  }

  /** Nothing is given to this machine for a while: it could not even start a process. */
  rest(machine: string, why: string): void {
    const place = this.#places.get(machine);
    if (place?.link === undefined) return;
    const { link } = place;
    this.#lost(place, link, why);
    link.close();
  }

  close(): void {
    this.#closed = true;
    for (const place of this.#places.values()) this.#remove(place);
    this.#places.clear();
    this.#changed();
  }

  #slotOf(place: Place, link: MachineLink): Slot {
    place.running++;
    let taken = true;
    return {
      link,
      machine: place.spec.name,
      free: () => {
        if (!taken) return;
        taken = false;
        place.running--;
        this.#changed();
      },
    };
  }

  #freest(): Place | undefined {
    let freest: Place | undefined;
    let most = 0;
    for (const place of this.#places.values()) {
      if (place.link?.usable !== true) continue;
      const free = place.link.facts.concurrency - place.running;
      if (free <= most) continue;
      most = free;
      freest = place;
    }
    return freest;
  }

  async #open(place: Place): Promise<void> {
    const { spec } = place;
    try {
      const settings = { ...this.#settings, spec, environment: this.#environment };
      const link = await MachineLink.open(settings, (why) => this.#lost(place, place.link, why.message));
      if (place.removed || this.#closed) return link.close();
      place.link = link;
      place.state = 'ready';
      place.problem = undefined;
      place.pauseMs = FIRST_PAUSE_MS;
      this.#log(`machine ${spec.name} is ready, with ${link.facts.concurrency} processes`);
      this.#changed();
    } catch (error) {
      this.#failed(place, error instanceof Error ? error.message : String(error));
    }
  }

  #lost(place: Place, link: MachineLink | undefined, why: string): void {
    if (place.link === undefined || place.link !== link) return;
    place.link = undefined;
    this.#failed(place, why);
  }

  #failed(place: Place, why: string): void {
    if (place.removed || this.#closed) return;
    place.state = 'lost';
    if (place.problem !== why) this.#log(`machine ${place.spec.name}: ${why}`);
    place.problem = why;
    place.timer = setTimeout(() => {
      place.state = 'connecting';
      void this.#open(place);
    }, place.pauseMs);
    place.pauseMs = Math.min(2 * place.pauseMs, LONGEST_PAUSE_MS);
    this.#changed();
  }

  #remove(place: Place): void {
    place.removed = true;
    clearTimeout(place.timer);
    place.link?.close();
    place.link = undefined;
  }

  /** Wakes those whose turn it is: as many as there are free processes, or all, when there will be none. */
  #changed(): void {
    let free = this.#closed ? Number.POSITIVE_INFINITY : 0;
    for (const { link, running } of this.#places.values())
      if (link?.usable === true) free += Math.max(0, link.facts.concurrency - running);
    for (const wake of this.#waiting) {
      if (free-- <= 0) return;
      wake();
    }
  }
}

/**
 * What a piece of a lane shows, begin and end in ms since submission: calls that follow each other more closely than can be
 * seen are one piece. Then their state, as its place in CALL_STATES, how many they are, and the number of the first.
 */
export type Stretch = readonly [from: number, to: number, state: number, calls: number, call: number];

export interface Lane {
  readonly name: string;
  readonly stretches: readonly Stretch[];
}

/** When calls ran, by worker or by number. Lanes of a large job stand for many calls each. */
export interface Timeline {
  readonly by: 'worker' | 'call';
  /** ms since submission; what is shown ends here. */
  readonly end: number;
  readonly lanes: readonly Lane[];
  /** Workers that there is no lane for. */
  readonly unshown: number;
  /** Calls that ran at once, on average over equal steps of time from submission to `end`. */
  readonly concurrency: readonly number[];
  /** The most calls that ran at once at any time. */
  readonly peak: number;
  /** Calls that ended per second, in fewer steps. */
  readonly throughput: readonly number[];
}

/** Failed calls whose errors say the same but for numbers. */
export interface ErrorGroup {
  readonly name: string;
  readonly message: string;
  readonly count: number;
  /** Some of its calls, the first ones. */
  readonly calls: readonly number[];
}

/** What a worker has done of a job. ms. */
export interface WorkerView {
  readonly worker: string;
  readonly calls: number;
  readonly failed: number;
  readonly running: number;
  readonly busy: number;
  readonly cpuTime: number;
  readonly peakMemoryBytes: number;
  readonly coldStarts: number;
  /** Since submission of the job. */
  readonly firstStart: number;
  readonly lastEnd: number;
}

export interface WorkerPage {
  readonly total: number;
  readonly workers: readonly WorkerView[];
}

import type { CallStateName } from './job-view.ts';

export const CALL_COLUMNS = ['call', 'state', 'start', 'duration', 'cpu', 'memory', 'attempts', 'worker'] as const;
export type CallColumn = (typeof CALL_COLUMNS)[number];

/** Which calls, in which order. */
export interface CallSelection {
  /** All when absent. */
  readonly state?: CallStateName;
  /** Part of the worker's name or of the error's text, or the number of a call. */
  readonly search?: string;
  readonly sort: CallColumn;
  readonly descending: boolean;
}

/** A call in the table; times are ms since the job's submission, absent ones are not known. */
export interface CallRow {
  readonly call: number;
  readonly state: CallStateName;
  readonly start?: number;
  readonly duration?: number;
  readonly cpu?: number;
  readonly memory?: number;
  readonly attempts?: number;
  readonly worker?: string;
  readonly error?: string;
}

/** Some rows of a selection. */
export interface CallPage {
  readonly total: number;
  readonly from: number;
  readonly rows: readonly CallRow[];
}

/** Everything about one call. Times are ms since the epoch. */
export interface CallDetail {
  readonly row: CallRow;
  readonly submittedAt: number;
  readonly invokedAt?: number;
  readonly startedAt?: number;
  readonly doneAt?: number;
  readonly coldStart?: boolean;
  readonly cached?: boolean;
  readonly error?: ErrorView;
  /** Attempts that failed before. */
  readonly retries: readonly { readonly at: number; readonly attempt: number; readonly error: ErrorView }[];
  readonly logs: readonly LogPiece[];
  /** Some of its output is no longer held. */
  readonly logsCut: boolean;
}

export interface ErrorView {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** Of the user's own files, the innermost first. */
  readonly frames: readonly SourceFrame[];
}

/** A line of the user's program, with those around it. */
export interface SourceFrame {
  readonly functionName?: string;
  /** Relative to the folder of the program. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Number of the first of `lines`. */
  readonly firstLine: number;
  readonly lines: readonly string[];
  /** The file was written after the error: the lines may be others by now. */
  readonly changed: boolean;
}

export interface LogPiece {
  /** Rises within a job. */
  readonly number: number;
  readonly at: number;
  readonly call: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Output of a job's calls, the newest. */
export interface LogPage {
  readonly pieces: readonly LogPiece[];
  /** Earlier output is no longer held, or was not asked for. */
  readonly cut: boolean;
}

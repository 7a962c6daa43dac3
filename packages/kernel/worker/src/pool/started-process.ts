import type { SharedFile } from './shared-file.ts';

/** How a worker process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** By the system, not by V8's own limit. */
  readonly killedForMemory: boolean;
  /** Why it was not started, or what became of it where nobody saw its end. */
  readonly fault?: Error;
}

/** Is told what comes of a worker process. */
export interface ProcessListener {
  /** A piece of its replies. */
  replied(bytes: Buffer): void;
  /** It wrote this past its replies: native code, a process of its own, Node itself. */
  printed(stream: 'stdout' | 'stderr', text: string): void;
  /** It has ended; told once, after all else. */
  ended(end: ProcessEnd): void;
}

/** A worker process that was started, on this machine or elsewhere. */
export interface StartedProcess {
  /** Its number, where it is one of this machine. */
  readonly pid: number | undefined;
  /** What it shares with its parent; closed by whoever gets this. */
  readonly file: SharedFile;
  /** Requests for it, in one go. */
  write(pieces: readonly Uint8Array[]): void;
  /** Nothing more is written, whereupon it ends. */
  endInput(): void;
  /** Ends it, whatever it does. */
  kill(): void;
  /** The client waits for a busy process, and is free to end beside an idle one. */
  hold(busy: boolean): void;
}

/** Starts a worker process. @throws Error when that cannot even be tried: no room for its file, no descriptors. */
export type ProcessStarter = (listener: ProcessListener) => StartedProcess;

import type { Readable, Writable } from 'node:stream';

/** What a shell is connected to: a terminal, or streams of any kind. */
export interface ShellTerminal {
  readonly input: Readable;
  readonly output: Writable;
  readonly error: Writable;
  /** Present where it is a terminal: then there is one at the other end. */
  readonly screen?: {
    /** `xterm-256color` */
    readonly type: string;
    size(): { readonly rows: number; readonly columns: number };
    /** @returns what ends it */
    onResize(listener: () => void): () => void;
  };
}

/** A shell on the machine that a platform's work is led from. */
export interface RemoteShell {
  /** Name of the machine, for people. */
  readonly where: string;
  /** Resolves with the shell's exit code. @throws ConfigError, InvocationError when it cannot be reached */
  open(terminal: ShellTerminal, signal: AbortSignal): Promise<number>;
}

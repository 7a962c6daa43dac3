import type { CallLogEntry } from '@lithops/core/journal';
import { type Painter, painterFor } from '../../text/painter.ts';
import { writeOut } from '../../text/write-out.ts';

/** A piece of what a task printed, and whose it is. */
export type LogPiece = Omit<CallLogEntry, 'type' | 'at'> & { readonly executorId: string; readonly at?: number };

/** Neighbouring calls differ in them. */
const COLOURS = [
  'cyan',
  'magenta',
  'green',
  'blue',
  'yellow',
  'cyanBright',
  'magentaBright',
  'greenBright',
  'blueBright',
] as const;

/**
 * Prints pieces of logs in whole lines, each with its call before it. Calls print at the same time: a line that has not
 * ended waits for its end.
 */
export class LogPrinter {
  readonly #json: boolean;
  readonly #paint: Painter = painterFor();
  /** Whether anything was. */
  printed = false;
  /** What a call has printed of a line that has not ended, by call and stream. */
  readonly #rest = new Map<string, { readonly piece: LogPiece; text: string }>();

  constructor(options: { readonly json?: boolean }) {
    this.#json = options.json === true;
  }

  async print(piece: LogPiece): Promise<void> {
    this.printed = true;
    const { executorId, jobId, call, stream, text, at } = piece;
    if (this.#json) {
      const time = at === undefined ? {} : { time: new Date(at).toISOString() };
      return writeOut(`${JSON.stringify({ ...time, executorId, jobId, call, stream, text })}\n`);
    }
    const key = `${executorId} ${jobId} ${call} ${stream}`;
    const lines = `${this.#rest.get(key)?.text ?? ''}${text}`.split('\n');
    const rest = lines.pop() ?? '';
    if (rest === '') this.#rest.delete(key);
    else this.#rest.set(key, { piece, text: rest });
    if (lines.length > 0) await writeOut(lines.map((line) => this.#line(piece, line)).join(''));
  }

  /** The call prints no more: its last line may lack an end. */
  async ended(call: { readonly executorId: string; readonly jobId: string; readonly call: number }): Promise<void> {
    for (const stream of ['stdout', 'stderr']) {
      const key = `${call.executorId} ${call.jobId} ${call.call} ${stream}`;
      const rest = this.#rest.get(key);
      this.#rest.delete(key);
      if (rest !== undefined) await writeOut(this.#line(rest.piece, rest.text));
    }
  }

  /** Nothing more comes. */
  async flush(): Promise<void> {
    for (const { piece } of [...this.#rest.values()]) await this.ended(piece);
  }

  #line({ jobId, call, stream }: LogPiece, line: string): string {
    const colour = COLOURS[call % COLOURS.length] ?? 'cyan';
    const head = this.#paint(colour, `${jobId} ${String(call).padStart(5, '0')}`);
    const bar = this.#paint(stream === 'stderr' ? 'red' : 'dim', '│');
    return `${head} ${bar} ${line.endsWith('\r') ? line.slice(0, -1) : line}\n`;
  }
}

import { stripVTControlCharacters } from 'node:util';

type Write = typeof process.stderr.write;

/** What is drawn on the terminal, seen from the terminal. */
export interface Drawing {
  /** Takes it away; the cursor is then where the next output of the program belongs. */
  clear(): void;
  /** Draws it again. */
  redraw(): void;
}

/**
 * The terminal behind stderr, for something that is drawn below the program's own output. What the program writes to
 * stdout or stderr while it is there takes the place of the drawing, whole, and the drawing comes back below it.
 */
export class GuardedTerminal implements Disposable {
  readonly #drawing: Drawing;
  readonly #write: Write = process.stderr.write.bind(process.stderr);
  readonly #restore: (() => void)[] = [];
  #begun = false;
  #redraw: NodeJS.Immediate | undefined;
  /** Whether the program's last line has ended: nothing is drawn behind half a line. */
  atLineStart = true;
  readonly #atExit = () => this.#drawing.clear();

  constructor(drawing: Drawing) {
    this.#drawing = drawing;
  }

  /** To be drawn on: past the guard. */
  get stream(): NodeJS.WritableStream {
    const { stderr } = process;
    return Object.create(stderr, { write: { value: this.#write } }) as NodeJS.WritableStream; // stderr, but for one method
  }

  /** Writes something that stays. */
  print(text: string): void {
    this.#write(text);
  }

  /** Something is about to be drawn. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    // Nobody knows whether the last line has ended. If it has not, the blanks go on in the next; if it has, they fill this one.
    this.#write(`${' '.repeat(Math.max(0, (process.stderr.columns || 80) - 1))}\r\u001B[K`);
    this.#guard(process.stderr);
    if (process.stdout.isTTY) this.#guard(process.stdout);
    process.once('exit', this.#atExit);
  }

  [Symbol.dispose](): void {
    for (const restore of this.#restore.splice(0)) restore();
    process.removeListener('exit', this.#atExit);
    clearImmediate(this.#redraw);
  }

  #guard(stream: NodeJS.WriteStream): void {
    const write = stream.write;
    const guarded = ((...args: Parameters<Write>) => {
      this.#drawing.clear();
      try {
        return write.apply(stream, args);
      } finally {
        this.#after(args[0]);
      }
    }) as Write; // its overloads are told apart by the stream's own
    stream.write = guarded;
    this.#restore.push(() => {
      // Somebody who has put his own in front of it goes on through ours.
      if (stream.write === guarded) stream.write = write;
    });
  }

  #after(written: Uint8Array | string): void {
    const text = typeof written === 'string' ? written : Buffer.from(written).toString('utf8');
    const visible = stripVTControlCharacters(text.slice(-256));
    if (visible !== '') this.atLineStart = visible.endsWith('\n');
    this.#redraw ??= setImmediate(() => {
      this.#redraw = undefined;
      this.#drawing.redraw();
    });
  }
}

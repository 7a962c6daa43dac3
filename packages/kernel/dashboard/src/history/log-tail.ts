import type { CallLogEntry } from '@lithops/core/journal';
import type { LogPage, LogPiece } from '../view/call-view.ts';

/** So much of a job's output is held, in characters; the oldest goes. */
const MOST_CHARS = 8 * 1024 * 1024;

/** The newest output of a job's calls. */
export class LogTail {
  #pieces: LogPiece[] = [];
  #chars = 0;
  #next = 0;
  #cut = false;
  readonly #mostChars: number;

  constructor(mostChars: number = MOST_CHARS) {
    this.#mostChars = mostChars;
  }

  add({ at, call, stream, text }: CallLogEntry): void {
    // What a journal ends its output with when it has become too much.
    if (text === '') this.#cut = true;
    else this.#pieces.push({ number: this.#next++, at, call, stream, text });
    this.#chars += text.length;
    if (this.#chars > this.#mostChars) this.#dropHalf();
  }

  get cut(): boolean {
    return this.#cut;
  }

  /** The newest pieces after a number, no more than `most`. */
  page(after: number, most: number): LogPage {
    const first = this.#pieces[0]?.number ?? this.#next;
    const from = Math.max(after + 1 - first, this.#pieces.length - most, 0);
    return { pieces: this.#pieces.slice(from), cut: this.#cut || first + from > after + 1 };
  }

  ofCall(call: number, mostChars: number): LogPage {
    const pieces: LogPiece[] = [];
    let chars = 0;
    for (let i = this.#pieces.length - 1; i >= 0; i--) {
      const piece = this.#pieces[i];
      if (piece?.call !== call) continue;
      chars += piece.text.length;
      if (chars > mostChars) return { pieces: pieces.reverse(), cut: true };
      pieces.push(piece);
    }
    return { pieces: pieces.reverse(), cut: this.#cut };
  }

  #dropHalf(): void {
    let at = 0;
    for (; at < this.#pieces.length - 1 && this.#chars > this.#mostChars / 2; at++)
      this.#chars -= this.#pieces[at]?.text.length ?? 0;
    this.#pieces = this.#pieces.slice(at);
    this.#cut = true;
  }
}

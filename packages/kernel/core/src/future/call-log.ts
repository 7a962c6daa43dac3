/** How much of a call's output is kept, in characters: the newest. */
const MAX_CHARS = 16 * 1024 * 1024;

/** What a call has written. */
export class CallLog {
  readonly #pieces: string[] = [];
  #chars = 0;

  write(text: string): void {
    this.#pieces.push(text);
    this.#chars += text.length;
    while (this.#chars > MAX_CHARS && this.#pieces.length > 1) this.#chars -= this.#pieces.shift()?.length ?? 0;
  }

  get text(): string {
    return this.#pieces.join('');
  }
}

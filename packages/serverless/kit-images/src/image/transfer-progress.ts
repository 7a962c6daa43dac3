const TELL_MS = 1000;

/** How far a transfer is, told once a second. */
export class TransferProgress {
  readonly #what: string;
  readonly #total: number;
  readonly #onOutput: ((text: string) => void) | undefined;
  #sent = 0;
  #toldAt = performance.now();

  constructor(what: string, total: number, onOutput: ((text: string) => void) | undefined) {
    this.#what = what;
    this.#total = total;
    this.#onOutput = onOutput;
  }

  add(bytes: number): void {
    this.#sent += bytes;
    if (performance.now() - this.#toldAt < TELL_MS) return;
    this.#toldAt = performance.now();
    this.#onOutput?.(`${this.#what}: ${megabytes(this.#sent)} of ${megabytes(this.#total)} MB\n`);
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

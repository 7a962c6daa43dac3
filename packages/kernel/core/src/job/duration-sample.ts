const SIZE = 256;

/** A random sample of how long calls took, of a fixed size however many there were (reservoir sampling). */
export class DurationSample {
  readonly #durations: number[] = [];
  #seen = 0;

  /** @param duration ms */
  add(duration: number): void {
    this.#seen++;
    if (this.#durations.length < SIZE) {
      this.#durations.push(duration);
      return;
    }
    const place = Math.floor(Math.random() * this.#seen);
    if (place < SIZE) this.#durations[place] = duration;
  }

  /** ms; undefined before the first call has ended. */
  median(): number | undefined {
    const sorted = [...this.#durations].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }
}

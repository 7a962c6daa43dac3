import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes what invocations leave in the temporary folder, so that a sandbox that serves many of them does not fill up. */
export class LeftoverFiles {
  readonly #folder: string;
  readonly #kept: Promise<Set<string>>;

  /** @param kept names of what stays, besides what is there now */
  constructor(folder: string, kept: readonly string[]) {
    this.#folder = folder;
    this.#kept = readdir(folder).then(
      (names) => new Set([...names, ...kept]),
      () => new Set(kept),
    );
  }

  /** What cannot be removed stays. */
  async remove(): Promise<void> {
    const kept = await this.#kept;
    const names = await readdir(this.#folder).catch(() => []);
    const gone = names.filter((name) => !kept.has(name));
    await Promise.allSettled(gone.map((name) => rm(join(this.#folder, name), { recursive: true, force: true })));
  }
}

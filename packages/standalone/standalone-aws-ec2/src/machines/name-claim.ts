import { createHash } from 'node:crypto';
import type { Instance } from '@aws-sdk/client-ec2';

/** Terminated instances are shown for about so long. */
const PERIOD_MS = 3_600_000;
/** So many machines of one name in a period: more would be terminated and made anew all the time. */
const MOST_GENERATIONS = 200;

/**
 * By which EC2 gives a name once: names are no more than tags there, but a client token makes one instance, whoever uses it. All
 * who want a machine of a name use the same token, one after the other for those that were terminated.
 */
export class NameClaim {
  readonly #name: string;
  readonly #period: number;
  #generation = 0;

  constructor(name: string, now: number) {
    this.#name = name;
    this.#period = Math.floor(now / PERIOD_MS);
  }

  get token(): string {
    return this.#tokenOf(this.#generation);
  }

  /** Past those that were used for what is shown. */
  skip(instances: readonly Instance[]): void {
    const used = new Set(instances.map(({ ClientToken }) => ClientToken));
    for (let generation = 0; generation < MOST_GENERATIONS; generation++)
      if (used.has(this.#tokenOf(generation))) this.#generation = Math.max(this.#generation, generation + 1);
  }

  /** Past the present one, of which nothing is shown any more. */
  skipUnseen(): void {
    this.#generation++;
  }

  #tokenOf(generation: number): string {
    return createHash('sha256').update(`${this.#name}\0${this.#period}\0${generation}`).digest('hex');
  }
}

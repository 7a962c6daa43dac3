import { Pushgateway, type Registry } from 'prom-client';
import type { Gateway } from './gateway-section.ts';
import type { MetricsSink } from './job-metrics.ts';

/** A gateway that takes longer is not waited for: closing an executor waits for the last push. */
const TIMEOUT_MS = 5000;

/** Pushes a registry as `job="lithops", instance="<executorId>"`, each time all of it. */
export class MetricsPush implements MetricsSink {
  readonly #gateway: Pushgateway<'text/plain; version=0.0.4; charset=utf-8'>;
  readonly #host: string;
  readonly #intervalMs: number;
  readonly #instance: string;
  readonly #warn: (message: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #pushing: Promise<void> | undefined;
  #new = false;
  #warned = false;

  constructor(registry: Registry, { url, intervalMs }: Gateway, executorId: string, warn: (message: string) => void) {
    const { username, password } = url;
    const address = new URL(url);
    address.username = '';
    address.password = '';
    const auth = username === '' ? undefined : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#gateway = new Pushgateway(
      address.href,
      { timeout: TIMEOUT_MS, ...(auth !== undefined && { auth }) },
      registry,
    );
    this.#host = address.host;
    this.#intervalMs = intervalMs;
    this.#instance = executorId;
    this.#warn = warn;
  }

  changed(): void {
    this.#new = true;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#push();
    }, this.#intervalMs);
    // A script that is done does not wait for it; closing pushes what is new.
    this.#timer.unref();
  }

  async closed(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#pushing;
    if (this.#new) await this.#push();
  }

  /** One at a time: an older state must not overwrite a newer one. */
  #push(): Promise<void> {
    this.#pushing ??= this.#pushNow().finally(() => {
      this.#pushing = undefined;
    });
    return this.#pushing;
  }

  async #pushNow(): Promise<void> {
    this.#new = false;
    try {
      await this.#gateway.push({ jobName: 'lithops', groupings: { instance: this.#instance } });
    } catch (error) {
      this.#new = true;
      if (this.#warned) return;
      this.#warned = true;
      this.#warn(
        `metrics could not be pushed to ${this.#host}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

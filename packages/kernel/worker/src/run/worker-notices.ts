/** Tells the client of a detached worker that there is news in storage. Made by core; see `DetachedRequest.notices`. */
export interface WorkerNotices {
  publish(notice: string): Promise<void>;
  close(): Promise<void>;
}

/** A worker does not stay longer on account of what its client finds by itself. */
const CLOSE_MS = 2000;

/**
 * Sends one notice after the other, of those that wait only the last: it stands for all before it. A failure is told once
 * on stderr, and harms nothing.
 */
export class NoticeSender {
  readonly #notices: WorkerNotices;
  #next: string | undefined;
  #sending: Promise<void> | undefined;
  #failed = false;

  constructor(notices: WorkerNotices) {
    this.#notices = notices;
  }

  tell(notice: string): void {
    this.#next = notice;
    this.#sending ??= this.#send();
  }

  /** Resolves when all is sent, or will not be in time. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([this.#finish(), late]);
    clearTimeout(timer);
  }

  async #finish(): Promise<void> {
    await this.#sending;
    await this.#notices.close().catch(() => {}); // what was not sent is found by looking
  }

  async #send(): Promise<void> {
    for (let notice = this.#next; notice !== undefined; notice = this.#next) {
      this.#next = undefined;
      try {
        await this.#notices.publish(notice);
      } catch (error) {
        if (!this.#failed) process.stderr.write(`lithops worker: ${messageOf(error)}\n`);
        this.#failed = true;
      }
    }
    this.#sending = undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

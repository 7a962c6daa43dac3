import type { NoticeBoard, NoticeListener } from '../plugin/notice-board.ts';

export interface NewsListenerOptions {
  readonly topic: string;
  readonly board: NoticeBoard;
  /** Told when it does not work, what follows from that being ours to bear. */
  readonly warn: (what: string, reason: unknown) => void;
}

/** How long it is listened on when nothing is waited for any more, in ms: the next job may come at once. */
const LINGER_MS = 500;
/** Somebody who could not be reached is not asked again before this time, in ms. */
const AGAIN_MS = 30_000;

/** Listens for news as long as somebody waits for any. */
export class NewsListener implements AsyncDisposable {
  readonly #options: NewsListenerOptions;
  readonly #listener: NoticeListener;
  #wanted = false;
  #listening: Promise<AsyncDisposable> | undefined;
  #hearing = false;
  #lingering: NodeJS.Timeout | undefined;
  #refusedAt = Number.NEGATIVE_INFINITY;

  /** Told of each notice. */
  onNotice: (notice: string) => void = () => {};
  /** Told when {@link hearing} has changed. */
  onChange: () => void = () => {};

  constructor(options: NewsListenerOptions) {
    this.#options = options;
    const now = (hearing: boolean) => {
      if (this.#hearing === hearing) return;
      this.#hearing = hearing;
      this.onChange();
    };
    this.#listener = {
      notice: (text) => this.onNotice(text),
      interrupted: (reason) => {
        if (this.#wanted) options.warn('is interrupted; looking at the storage meanwhile', reason);
        now(false);
      },
      resumed: () => now(true),
    };
  }

  /** Whether notices come. */
  get hearing(): boolean {
    return this.#hearing && this.#wanted;
  }

  /** Listens, for whoever cannot do without. Rejects when that is refused. */
  async start(): Promise<void> {
    this.#wanted = true;
    this.#listening ??= this.#listen();
    await this.#listening;
  }

  /** Somebody waits for news. */
  want(): void {
    this.#wanted = true;
    clearTimeout(this.#lingering);
    if (this.#listening !== undefined || performance.now() - this.#refusedAt < AGAIN_MS) return;
    this.#listening = this.#listen();
    this.#listening.catch((error: unknown) => {
      this.#listening = undefined;
      this.#refusedAt = performance.now();
      this.#options.warn('does not work; looking at the storage only', error);
    });
  }

  /** Nobody does. */
  rest(): void {
    clearTimeout(this.#lingering);
    if (this.#listening !== undefined) this.#lingering = setTimeout(() => void this.#stop(), LINGER_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#lingering);
    await this.#stop();
  }

  async #listen(): Promise<AsyncDisposable> {
    const { board, topic } = this.#options;
    const subscription = await board.listen(topic, this.#listener);
    this.#listener.resumed();
    return subscription;
  }

  async #stop(): Promise<void> {
    this.#wanted = false;
    this.#hearing = false;
    const listening = this.#listening;
    this.#listening = undefined;
    const subscription = await listening?.catch(() => undefined); // told to who wanted it
    await subscription?.[Symbol.asyncDispose]();
  }
}

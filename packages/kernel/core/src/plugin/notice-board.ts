/**
 * Carries word from workers to their client that there is news in storage. What it carries may be late, lost or told
 * twice: only what is in storage counts, and that is looked at anyway, if less often.
 */
export interface NoticeBoard {
  /** Tells those who listen to a topic, or nobody. Resolves when it is on its way. */
  publish(topic: string, notice: string): Promise<void>;
  /**
   * Listens until the returned object is disposed. Rejects when it cannot be reached or refuses: with a `ConfigError`
   * where another try would not help.
   */
  listen(topic: string, listener: NoticeListener): Promise<AsyncDisposable>;
}

/** A notice board that was opened for us alone. */
export interface OpenNoticeBoard extends NoticeBoard, AsyncDisposable {}

/** What somebody who listens is told. */
export interface NoticeListener {
  notice(text: string): void;
  /** From now on notices are lost. The board tries to be reached again by itself. */
  interrupted(reason: unknown): void;
  /** They come again; what was told meanwhile is lost. */
  resumed(): void;
}

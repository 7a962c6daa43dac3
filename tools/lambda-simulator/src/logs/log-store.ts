export interface LogEvent {
  readonly eventId: string;
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
}

/** Events of log groups, in the order in which they came. */
export class LogStore {
  readonly #groups = new Map<string, LogEvent[]>();
  #count = 0;
  /** Called before somebody reads, so that what sandboxes have printed is there. */
  beforeRead: () => void = () => undefined;

  append(group: string, stream: string, lines: readonly string[]): void {
    const events = this.#groups.get(group) ?? [];
    this.#groups.set(group, events);
    const timestamp = Date.now();
    for (const message of lines) {
      this.#count += 1;
      // Event ids are numbers of 56 digits that rise.
      events.push({ eventId: String(this.#count).padStart(56, '0'), stream, timestamp, message });
    }
  }

  /** Undefined when nothing was ever written there. */
  read(group: string): readonly LogEvent[] | undefined {
    this.beforeRead();
    return this.#groups.get(group);
  }

  get groups(): readonly string[] {
    return [...this.#groups.keys()];
  }

  remove(group: string): boolean {
    return this.#groups.delete(group);
  }
}

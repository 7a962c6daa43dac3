/** What somebody tells, one after another, for one who waits for it. */
export class Mailbox<Message> {
  readonly #messages: Message[] = [];
  #waiter: ((message: Message) => void) | undefined;

  put(message: Message): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter === undefined) this.#messages.push(message);
    else waiter(message);
  }

  /** The next message, or undefined when the time is over. */
  async take(milliseconds: number): Promise<Message | undefined> {
    const message = this.#messages.shift();
    if (message !== undefined) return message;
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          this.#waiter = undefined;
          resolve(undefined);
        },
        Math.max(0, milliseconds),
      );
      this.#waiter = (told) => {
        clearTimeout(timer);
        resolve(told);
      };
    });
  }
}

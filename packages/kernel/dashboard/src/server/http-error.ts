/** An answer other than 200. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  /** @param message shown to the user */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

import { randomUUID } from 'node:crypto';

/** A refusal, as IBM words it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  get body(): object {
    const error = { code: this.code, message: this.message, more_info: 'https://cloud.ibm.com/docs/vpc' };
    return { errors: [error], trace: randomUUID() };
  }
}

export function notFound(what: string, id: string): ApiError {
  return new ApiError(404, 'not_found', `${what} with ID ${id} not found`);
}

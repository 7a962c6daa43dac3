import { InvocationError, type LithopsError } from '@lithops/core/plugin';

/** What IBM Cloud, or the way there, answered instead of doing what it was asked. */
export class VpcApiError extends Error {
  /** Of HTTP; undefined when there was no answer. */
  readonly status: number | undefined;
  /** `over_quota`, or a code of the network: `ECONNREFUSED`. */
  readonly code: string;
  /** Seconds, where the service says how long to wait. */
  readonly retryAfter: number | undefined;

  private constructor(message: string, status: number | undefined, code: string, retryAfter: number | undefined) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** What the SDK throws, without the request that it carries: that has the token. */
  static of(error: unknown): VpcApiError {
    const { status, statusText, message, result, headers } = (error ?? {}) as SdkError; // all of it is looked at
    const [first] = Array.isArray(result?.errors) ? result.errors : [];
    const seconds = Number(headers?.['retry-after']);
    return new VpcApiError(
      first?.message ?? (message === undefined || message === '' ? String(statusText ?? 'no answer') : message),
      typeof status === 'number' ? status : undefined,
      first?.code ?? (typeof status === 'number' ? `http_${status}` : String(statusText ?? 'no_answer')),
      Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
    );
  }

  /** Whether what was named is not there. */
  get isMissing(): boolean {
    return this.status === 404;
  }

  /** Whether it might go better in a while: the service is asked too much, or not well, or does not answer. */
  get isPassing(): boolean {
    return this.status === undefined || this.status === 429 || (this.status >= 500 && this.status !== 501);
  }

  /** Whether the state of things is against it: something that is in use, or on its way. */
  get isConflict(): boolean {
    return (this.status === 400 || this.status === 409) && !this.isQuota;
  }

  /** Whether a name is taken. Services tell it in several words, of which the API's reference promises none. */
  get isTaken(): boolean {
    return (
      this.isConflict &&
      /not.?unique|unique_failed|already|in.use|exists|conflict/i.test(`${this.code} ${this.message}`)
    );
  }

  get isQuota(): boolean {
    return /quota/i.test(this.code) || /quota/i.test(this.message);
  }
}

interface SdkError {
  readonly status?: unknown;
  readonly statusText?: unknown;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly result?: { readonly errors?: readonly { readonly code?: string; readonly message?: string }[] };
}

/** Does what is asked of IBM Cloud, whose failures are told to users. @param action completes `could not ...` */
export async function telling<Result>(action: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof VpcApiError ? toldOf(action, error) : error;
  }
}

function toldOf(action: string, error: VpcApiError): LithopsError {
  const hint = hintOf(error);
  return new InvocationError(`could not ${action}: IBM Cloud says ${error.code}: ${error.message}`, {
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}

function hintOf(error: VpcApiError): string | undefined {
  const { status, code } = error;
  if (error.isQuota)
    return 'the account is at its quota; ask IBM for more, lower max_workers, or delete what is not needed (lithops clean --all)';
  if (status === 401) return 'the API key is not good for this; correct iam_api_key in section ibm_vpc or ibm';
  if (status === 403)
    return 'the API key does not allow it; it needs the role Editor on VPC Infrastructure Services, and Viewer on the resource group';
  if (status === 429) return 'the account asks IBM Cloud too often; try again later, or lower max_workers';
  if (status === undefined)
    return code === 'ENOTFOUND'
      ? 'is there such a region? correct region in section ibm_vpc'
      : 'is the address of the API (endpoint) right, and the network there?';
  return status >= 500 ? 'IBM Cloud has a problem; https://cloud.ibm.com/status may tell' : undefined;
}

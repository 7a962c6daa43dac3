import { FaultList } from '@lithops-tools/services';
import { ServiceError } from './api/service-error.ts';
import type { CredentialStore } from './credentials.ts';
import type { SandboxPool } from './execution/sandbox-pool.ts';
import type { Functions } from './functions/functions.ts';
import type { Concurrency } from './invocations/concurrency.ts';

/** Which requests something is to go wrong with; what is left out is any. */
export interface ApiFault {
  /** `Invoke`, `CreateFunction` and so on; several: any of them. */
  readonly operation?: string | readonly string[];
  readonly functionName?: string;
  /** How many requests; default: all until it is taken back. */
  readonly times?: number;
  /** Answered instead of carrying the request out. */
  readonly error?: {
    /** As the SDK knows it: `TooManyRequestsException`, `ServiceException`, `CodeArtifactUserPendingException`. */
    readonly name: string;
    readonly message?: string;
    readonly status?: number;
    readonly retryAfterSeconds?: number;
    readonly reason?: string;
  };
  /** Waited before the request is carried out. */
  readonly delayMs?: number;
  /**
   * The connection ends: before the request is carried out, after it was, in the middle of the answer, or after so many
   * bytes of the answer's body.
   */
  readonly cut?: 'before' | 'after' | 'within' | number;
}

/** Which events something is to go wrong with. */
export interface EventFault {
  readonly functionName?: string;
  readonly times?: number;
}

const NOT_ASSUMABLE = 'The role defined for the function cannot be assumed by Lambda.';

/** What faults are done to. */
interface FaultyParts {
  readonly store: CredentialStore;
  pool(): SandboxPool;
  concurrency(): Concurrency;
  functions(): Functions;
}

/** What tests let go wrong. Each method answers with a function that takes the fault back. */
export class SimulatorFaults {
  readonly #api = new FaultList<ApiFault>();
  readonly #lost = new FaultList<EventFault>();
  readonly #doubled = new FaultList<EventFault>();
  readonly #slow = new FaultList<EventFault & { readonly delayMs: number }>();
  readonly #parts: FaultyParts;

  constructor(parts: FaultyParts) {
    this.#parts = parts;
  }

  /** Requests go wrong in this way. */
  api(fault: ApiFault): () => void {
    return this.#api.add(fault);
  }

  /** Invocations of all kinds are answered with 429. */
  throttle(fault: EventFault & { readonly retryAfterSeconds?: number; readonly reason?: string } = {}): () => void {
    const { retryAfterSeconds, reason = 'CallerRateLimitExceeded', ...rest } = fault;
    const error = { name: 'TooManyRequestsException', message: 'Rate Exceeded.', reason };
    return this.#api.add({
      operation: ['Invoke', 'InvokeWithResponseStream'],
      ...rest,
      error: retryAfterSeconds === undefined ? error : { ...error, retryAfterSeconds },
    });
  }

  /** A new role is not known everywhere yet: functions cannot be created with it. */
  roleNotReady(times: number): () => void {
    return this.#api.add({
      operation: 'CreateFunction',
      times,
      error: { name: 'InvalidParameterValueException', message: NOT_ASSUMABLE },
    });
  }

  /** Accepted events are never run. */
  loseEvents(fault: EventFault = {}): () => void {
    return this.#lost.add(fault);
  }

  /** Accepted events are run twice. */
  duplicateEvents(fault: EventFault = {}): () => void {
    return this.#doubled.add(fault);
  }

  /** New sandboxes are held back before they start. */
  slowStarts(fault: EventFault & { readonly delayMs: number }): () => void {
    return this.#slow.add(fault);
  }

  /** Requests with these credentials are refused from now on, as when a session is over. */
  expire(accessKeyId: string): () => void {
    this.#parts.store.expire(accessKeyId);
    return () => this.#parts.store.revive(accessKeyId);
  }

  /** Ends the sandboxes of a function, in whatever they are doing. */
  killSandboxes(functionName: string): void {
    this.#parts.pool().kill(functionName);
  }

  /** Functions that are Pending, and updates in progress, stay so until the answer is called. */
  holdStates(): () => void {
    return this.#parts.functions().hold();
  }

  /** How many events of the account may run at once from now on. */
  limitConcurrency(limit: number): void {
    this.#parts.concurrency().limit = limit;
  }

  /** Takes all back but what `expire`, `killSandboxes` and `limitConcurrency` did. */
  clear(): void {
    for (const list of [this.#api, this.#lost, this.#doubled, this.#slow]) list.clear();
  }

  /** @internal */
  forRequest(operation: string, functionName: string | undefined): ApiFault | undefined {
    return this.#api.next(
      (fault) =>
        (fault.operation === undefined || [fault.operation].flat().includes(operation)) &&
        (fault.functionName === undefined || fault.functionName === functionName),
    );
  }

  /** @internal How often an event is run. */
  deliveries(functionName: string): number {
    if (this.#lost.next((fault) => concerns(fault, functionName)) !== undefined) return 0;
    return this.#doubled.next((fault) => concerns(fault, functionName)) === undefined ? 1 : 2;
  }

  /** @internal */
  startDelay(functionName: string): number {
    return this.#slow.next((fault) => concerns(fault, functionName))?.delayMs ?? 0;
  }
}

/** The error of a fault, as if the service had found it. */
export function errorOf({
  name,
  message,
  status,
  retryAfterSeconds,
  reason,
}: NonNullable<ApiFault['error']>): ServiceError {
  const members = {
    Type: (status ?? 400) >= 500 ? 'Service' : 'User',
    ...(reason === undefined ? {} : { Reason: reason }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
  return new ServiceError(name, message ?? `a fault of the simulator: ${name}`, members, status);
}

function concerns(fault: EventFault, functionName: string): boolean {
  return fault.functionName === undefined || fault.functionName === functionName;
}

import { FaultList } from '@lithops-tools/services';

/** Which requests something is to go wrong with. */
export interface ApiFault {
  readonly operation: string;
  /** How many requests; default: all until it is taken back. */
  readonly times?: number;
  /** Only requests whose input holds this text, in JSON. */
  readonly holding?: string;
  /** Answered instead of carrying it out; `lost`: it is carried out, and the connection ends without an answer. */
  readonly error: { readonly code: string; readonly message?: string; readonly status?: number } | 'lost';
}

/** What tests let go wrong. */
export class Ec2Faults {
  readonly #api = new FaultList<ApiFault>();

  /** @returns what takes the fault back */
  api(fault: ApiFault): () => void {
    return this.#api.add(fault);
  }

  /** @internal */
  next(operation: string, input: object): ApiFault | undefined {
    const text = JSON.stringify(input);
    return this.#api.next(
      (fault) => fault.operation === operation && (fault.holding === undefined || text.includes(fault.holding)),
    );
  }
}

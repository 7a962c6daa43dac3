import type { FaultList } from '@lithops-tools/services';
import { expired } from './api/status-error.ts';
import type { WatchStreams } from './api/watch-stream.ts';
import type { ApiFault, IngressFault } from './faults.ts';
import type { IngressKind } from './ingress/ingress-objects.ts';
import type { ObjectStore } from './objects/object-store.ts';

/** What tests let go wrong. */
export class SimulatorFaults {
  readonly #api: FaultList<ApiFault>;
  readonly #ingress: FaultList<IngressFault>;
  readonly #watches: WatchStreams;
  readonly #store: ObjectStore;
  readonly #install: (kind: IngressKind) => void;

  constructor(
    api: FaultList<ApiFault>,
    ingress: FaultList<IngressFault>,
    watches: WatchStreams,
    store: ObjectStore,
    install: (kind: IngressKind) => void,
  ) {
    this.#api = api;
    this.#ingress = ingress;
    this.#watches = watches;
    this.#store = store;
    this.#install = install;
  }

  /** Requests to the API go wrong in this way, until the answer is called. */
  api(fault: ApiFault): () => void {
    return this.#api.add(fault);
  }

  /** Requests through the ingress go wrong in this way, until the answer is called. */
  ingress(fault: IngressFault): () => void {
    return this.#ingress.add(fault);
  }

  clear(): void {
    this.#api.clear();
    this.#ingress.clear();
  }

  /** Watches that are open now. */
  get openWatches(): number {
    return this.#watches.open;
  }

  /** Ends the connections of all watches. */
  cutWatches(): void {
    this.#watches.cut();
  }

  /** Forgets all changes: whoever resumes a watch from before, or a list, gets 410 Gone. */
  compact(): void {
    this.#store.compact();
  }

  /** Ends all watches with an ERROR event 410, as when a watch cache is too small. */
  expireWatches(): void {
    this.#store.compact();
    this.#watches.fail(expired(`too old resource version: 1 (${this.#store.version})`));
  }

  /** Replaces the networking layer, or takes it away; the ingress itself goes on listening. */
  installIngress(kind: IngressKind): void {
    this.#install(kind);
  }
}

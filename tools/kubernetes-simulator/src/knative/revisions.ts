import { REVISIONS } from '../objects/kinds.ts';
import { asKube } from '../objects/kube-object.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Images } from '../pods/images.ts';
import { RevisionScaler, type ScalerSettings } from './revision-scaler.ts';
import type { Revision } from './serving-objects.ts';

/** All revisions that run, or could. */
export class Revisions {
  readonly #scalers = new Map<string, RevisionScaler>();
  readonly #stop: () => void;

  constructor(store: ObjectStore, images: Images, settings: ScalerSettings) {
    this.#stop = store.onChange(({ kind, type, object }) => {
      if (kind !== REVISIONS) return;
      const { namespace = '', name } = object.metadata;
      const key = `${namespace}/${name}`;
      if (type === 'ADDED')
        this.#scalers.set(key, new RevisionScaler(asKube<Revision>(object), store, images, settings));
      if (type !== 'DELETED') return;
      this.#scalers.get(key)?.[Symbol.dispose]();
      this.#scalers.delete(key);
    });
  }

  find(namespace: string, name: string): RevisionScaler | undefined {
    return this.#scalers.get(`${namespace}/${name}`);
  }

  [Symbol.dispose](): void {
    this.#stop();
    for (const scaler of this.#scalers.values()) scaler[Symbol.dispose]();
  }
}

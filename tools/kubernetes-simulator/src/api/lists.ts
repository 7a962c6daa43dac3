import type { KubeObject } from '../objects/kube-object.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { apiVersionOf, type ResourceKind } from '../objects/resource-kind.ts';
import type { RequestTarget } from './request-target.ts';
import { fieldSelector, labelSelector, type Selector } from './selectors.ts';
import { badRequest, expired } from './status-error.ts';

/** Which objects a request is about. @throws StatusError 400. */
export function selectorOf(target: RequestTarget, query: URLSearchParams): Selector {
  const byLabels = labelSelector(query.get('labelSelector') ?? '');
  const byFields = fieldSelector(target.kind, query.get('fieldSelector') ?? '');
  return (object) => byLabels(object) && byFields(object);
}

interface Continue {
  readonly version: number;
  readonly after: string;
}

/** A page of a list. What changes between pages is told by those that follow; after a compaction they cannot be had. */
export class Lists {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  page(target: RequestTarget, query: URLSearchParams): object {
    const { kind, namespace } = target;
    const limit = Number(query.get('limit') ?? 0);
    const token = query.get('continue');
    const from = token === null || token === '' ? undefined : this.#continued(token);
    const all = this.#store.list(kind, namespace).filter(selectorOf(target, query));
    const left = from === undefined ? all : all.filter((object) => keyOf(object) > from.after);
    const items = limit > 0 ? left.slice(0, limit) : left;
    const version = from?.version ?? this.#store.version;
    const last = items.at(-1);
    const more = last !== undefined && items.length < left.length;
    const next = more ? { continue: tokenOf({ version, after: keyOf(last) }) } : {};
    const remainingItemCount = left.length - items.length;
    const metadata = { resourceVersion: String(version), ...next, ...(more && { remainingItemCount }) };
    return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: items.map(listed(kind)) };
  }

  #continued(token: string): Continue {
    try {
      const { version, after }: Continue = JSON.parse(Buffer.from(token, 'base64url').toString());
      this.#store.changesSince(version);
      return { version, after };
    } catch (error) {
      if (!(error instanceof SyntaxError))
        throw expired(
          'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
        );
      throw badRequest('continue key is not valid');
    }
  }
}

/** In lists of built-in kinds, what all elements are is said once. */
function listed({ custom }: ResourceKind): (object: KubeObject) => object {
  return ({ apiVersion, kind, ...rest }) => (custom ? { apiVersion, kind, ...rest } : rest);
}

function keyOf({ metadata: { namespace = '', name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

function tokenOf(token: Continue): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

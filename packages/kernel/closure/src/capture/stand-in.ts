import { Module } from 'node:module';
import * as types from 'node:util/types';

/** Plain objects for those that only their own process can make, as far as code can tell them apart by reading. */
export class StandIns {
  readonly #made = new Map<object, object>();

  /** For the namespace of a module, and for `module` of CommonJS; undefined for anything else. */
  of(object: object): object | undefined {
    const known = this.#made.get(object);
    if (known !== undefined) return known;
    if (types.isModuleNamespaceObject(object)) return this.#ofNamespace(object);
    if (!(object instanceof Module)) return undefined;
    const copy = ofCommonJs(object as unknown as NodeJS.Module); // what instances of the class are
    this.#made.set(object, copy);
    return copy;
  }

  #ofNamespace(namespace: object): object {
    const copy: object = Object.create(null, { [Symbol.toStringTag]: { value: 'Module' } });
    this.#made.set(namespace, copy);
    for (const name of Object.keys(namespace)) {
      const value: unknown = Reflect.get(namespace, name);
      Object.defineProperty(copy, name, { value, enumerable: true, writable: true, configurable: true });
    }
    return copy;
  }
}

function ofCommonJs({ id, path, filename, loaded, paths, exports }: NodeJS.Module): object {
  return { id, path, filename, loaded, paths, exports: exports as unknown, children: [] };
}

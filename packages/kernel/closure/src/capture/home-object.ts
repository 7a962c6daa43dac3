/** Where a method belongs: on a class, or on its prototype, or on some other object. */
export interface Home {
  readonly object: object;
  readonly key: PropertyKey;
  readonly part: 'value' | 'get' | 'set';
  /** The class that it is a member of. */
  readonly owner?: object;
}

/** Looks for a method where it was found and along the prototypes of that. */
export function homeOf(fn: object, near: object | undefined): Home | undefined {
  for (let object = near; object !== undefined && object !== null; object = Object.getPrototypeOf(object)) {
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key);
      const part = (['value', 'get', 'set'] as const).find((name) => property?.[name] === fn);
      if (part === undefined) continue;
      const owner = ownerOf(object);
      return { object, key, part, ...(owner !== undefined && { owner }) };
    }
  }
  return undefined;
}

/** The class that an object is, or is the prototype of. */
function ownerOf(object: object): object | undefined {
  if (isClass(object)) return object;
  const owner: unknown = Object.getOwnPropertyDescriptor(object, 'constructor')?.value;
  return typeof owner === 'function' && owner.prototype === object && isClass(owner) ? owner : undefined;
}

export function isClass(value: object): boolean {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

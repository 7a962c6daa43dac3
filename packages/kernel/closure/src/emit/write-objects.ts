import { privateKeys } from '../analyze/class-chain.ts';
import type { TableEntry } from '../function-definition.ts';
import type { ModuleText } from './module-text.ts';

/** How private fields of instances are read and set, by class. */
export function writeInstances(text: ModuleText, entries: readonly TableEntry[]): void {
  text.line('const $instances = {};');
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== 'function' || entry.parsed.kind !== 'class') continue;
    const keys = [...privateKeys(entries, index)];
    if (keys.length === 0) continue;
    const calls = (method: string) =>
      keys
        .map(
          ([number, names]) =>
            `$access[${number}].${method}($object, $values, ${JSON.stringify(Object.fromEntries(names))});`,
        )
        .join(' ');
    text.line(
      `$instances[${index}] = { read($object) { const $values = {}; ${calls('read')} return $values; }, create($args) { $making = $args; let $object; try { $object = new $t${index}(...$args); } finally { $making = false; } for (const $key of Reflect.ownKeys($object)) Reflect.deleteProperty($object, $key); return $object; }, write($object, $values) { ${calls('write')} } };`,
    );
  }
}

/** What functions and classes have got from captured objects: properties, prototypes, what `super` means. */
export function writeProperties(text: ModuleText, entries: readonly TableEntry[]): void {
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== 'function') continue;
    if (entry.properties !== undefined)
      text.line(
        `Object.defineProperties($t${index}, Object.getOwnPropertyDescriptors($objects[${entry.properties}]));`,
      );
    if (entry.prototypeProperties !== undefined)
      text.line(
        `Object.defineProperties($t${index}.prototype, Object.getOwnPropertyDescriptors($objects[${entry.prototypeProperties}]));`,
      );
    if (entry.staticPrivates !== undefined)
      text.line(`$access[${index}]?.writeStatic($objects[${entry.staticPrivates}]);`);
    if (entry.home !== undefined)
      text.line(`Object.setPrototypeOf($h${index}, Object.getPrototypeOf($objects[${entry.home}]));`);
    if (entry.prototype !== undefined) text.line(`Object.setPrototypeOf($t${index}, $objects[${entry.prototype}]);`);
    if (entry.prototypeOfPrototype !== undefined)
      text.line(`Object.setPrototypeOf($t${index}.prototype, $objects[${entry.prototypeOfPrototype}]);`);
    if (entry.integrity !== undefined) text.line(`Object.${entry.integrity}($t${index});`);
  }
}

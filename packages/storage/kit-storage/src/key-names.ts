import { StorageError } from '@lithops/core/plugin';
import { compareUtf8 } from './utf8-order.ts';

/** What a store makes of names. */
export interface EscapeRules {
  /** Characters that no name may hold. */
  readonly forbidden: RegExp;
  /** Whether the store cannot hold an object of this name for another reason, or not tell it from another. */
  readonly isAwkward: (key: string) => boolean;
  /** Most characters of a name. */
  readonly longestName: number;
}

/** An entry of the store's own listing. */
export interface NamedEntry {
  readonly name: string;
}

/** Where objects are whose keys are no names. */
const ESCAPED = 'lithops.escaped/';

/**
 * Names of objects in a store that does not take every text. A key is its own name where it can be; any other is the
 * hexadecimal form of its bytes below `lithops.escaped/`, which keeps order and prefixes, so that a listing is two
 * listings of the store, merged.
 */
export class KeyNames {
  readonly #rules: EscapeRules;

  constructor(rules: EscapeRules) {
    this.#rules = rules;
  }

  /** @throws StorageError when the name would be too long. */
  toName(key: string): string {
    const { forbidden, isAwkward } = this.#rules;
    if (!forbidden.test(key) && !isAwkward(key) && !key.startsWith(ESCAPED)) return key;
    const name = ESCAPED + hex(key);
    if (name.length > this.#rules.longestName) {
      throw new StorageError(
        `key ${JSON.stringify(`${key.slice(0, 40)}...`)} is too long for a key that this storage cannot take as it is`,
        { hint: 'shorten it, or leave out what is special in it', reason: 'too-large' },
      );
    }
    return name;
  }

  /**
   * Every entry whose key begins with `prefix`, by the order of its key.
   * @param list the store's own listing by prefix of names, in the order of their bytes in UTF-8
   */
  async *list<Entry extends NamedEntry>(
    prefix: string,
    list: (namePrefix: string) => AsyncIterable<Entry>,
  ): AsyncGenerator<{ readonly key: string; readonly entry: Entry }, void, void> {
    const plain = (this.#rules.forbidden.test(prefix) ? nothing() : list(prefix))[Symbol.asyncIterator]();
    const escaped = list(ESCAPED + hex(prefix))[Symbol.asyncIterator]();
    try {
      let [a, b] = await Promise.all([nextPlain(plain), nextEscaped(escaped)]);
      while (a !== undefined || b !== undefined) {
        if (b === undefined || (a !== undefined && compareUtf8(a.key, b.key) < 0)) {
          if (a !== undefined) yield a;
          a = await nextPlain(plain);
        } else {
          yield b;
          b = await nextEscaped(escaped);
        }
      }
    } finally {
      await Promise.all([plain.return?.(), escaped.return?.()]);
    }
  }
}

type Next<Entry> = Promise<{ readonly key: string; readonly entry: Entry } | undefined>;

async function nextPlain<Entry extends NamedEntry>(entries: AsyncIterator<Entry>): Next<Entry> {
  for (;;) {
    const { done, value } = await entries.next();
    if (done === true) return undefined;
    if (!value.name.startsWith(ESCAPED)) return { key: value.name, entry: value };
  }
}

async function nextEscaped<Entry extends NamedEntry>(entries: AsyncIterator<Entry>): Next<Entry> {
  for (;;) {
    const { done, value } = await entries.next();
    if (done === true) return undefined;
    const digits = value.name.slice(ESCAPED.length);
    const key = Buffer.from(digits, 'hex').toString();
    // What anybody else has put there is no key of ours.
    if (key !== '' && hex(key) === digits) return { key, entry: value };
  }
}

async function* nothing(): AsyncGenerator<never, void, void> {}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

/**
 * A pattern in which `*` stands for any characters but `/`, and `**` for any characters; all others stand for themselves,
 * since keys may hold any of them.
 */
export class GlobPattern {
  /** What every match begins with. */
  readonly prefix: string;
  readonly #expression: RegExp;

  constructor(pattern: string) {
    this.prefix = pattern.slice(0, pattern.indexOf('*'));
    const parts = pattern.split(/(\*\*\/|\*+)/).map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part.startsWith('*')) return part.length > 1 ? '.*' : '[^/]*';
      return part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&');
    });
    this.#expression = new RegExp(`^${parts.join('')}$`, 's');
  }

  static isGlob(text: string): boolean {
    return text.includes('*');
  }

  matches(text: string): boolean {
    return this.#expression.test(text);
  }
}

/** What is wrong with an object, in the form in which Knative's webhook tells it. */
export class FieldErrors {
  readonly #texts: string[] = [];

  add(message: string, path: string, details?: string): void {
    this.#texts.push(`${message}: ${path}${details === undefined ? '' : `\n${details}`}`);
  }

  missing(path: string): void {
    this.add('missing field(s)', path);
  }

  disallowed(path: string): void {
    this.add('must not set the field(s)', path);
  }

  outOfBounds(value: unknown, least: unknown, most: unknown, path: string): void {
    this.add(`expected ${String(least)} <= ${String(value)} <= ${String(most)}`, path);
  }

  invalidValue(value: unknown, path: string, details?: string): void {
    this.add(`invalid value: ${String(value)}`, path, details);
  }

  invalidKey(key: string, path: string, details?: string): void {
    this.add(`invalid key name ${JSON.stringify(key)}`, path, details);
  }

  get text(): string | undefined {
    return this.#texts.length === 0 ? undefined : [...this.#texts].sort().join('\n');
  }
}

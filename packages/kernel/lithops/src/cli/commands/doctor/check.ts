/** What a check found. */
export interface CheckResult {
  readonly name: string;
  readonly state: 'ok' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Something that must be right. @throws what is wrong with it */
export interface Check {
  readonly name: string;
  /** What to do when it is not, where its error does not say. */
  readonly remedy: string;
  /** Checks that must be right before. */
  readonly after?: readonly string[];
  /** @returns what was found, or why it was skipped */
  run(): Promise<string | { readonly skipped: string }>;
}

/** Runs checks one after the other; those that build on what has failed are left out. */
export async function* runChecks(checks: readonly Check[]): AsyncGenerator<CheckResult, void, void> {
  const passed = new Set<string>();
  for (const { name, remedy, after = [], run } of checks) {
    const missing = after.find((other) => !passed.has(other));
    if (missing !== undefined) {
      yield { name, state: 'skipped', detail: `not looked at, for ${missing} is not right` };
      continue;
    }
    try {
      const found = await run();
      passed.add(name);
      if (typeof found === 'string') yield { name, state: 'ok', detail: found };
      else yield { name, state: 'skipped', detail: found.skipped };
    } catch (error) {
      yield { name, state: 'failed', ...faultOf(error, remedy) };
    }
  }
}

function faultOf(error: unknown, remedy: string): { readonly detail: string; readonly remedy: string } {
  if (!(error instanceof Error)) return { detail: String(error), remedy };
  const hint: unknown = Reflect.get(error, 'hint');
  // Our own errors have the hint in their message too.
  const [detail = error.name] = error.message.split('\n');
  return { detail, remedy: typeof hint === 'string' ? hint : remedy };
}

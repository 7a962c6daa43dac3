/** One behaviour that a plugin must show. Cases are data: any test runner can run them. */
export interface ConformanceCase<Harness, Capabilities> {
  /** `<group>/<behaviour>`, unique. */
  readonly id: string;
  readonly title: string;
  /** Whether a plugin that declares these capabilities must show it. Absent: all must. */
  readonly needs?: (capabilities: Capabilities) => boolean;
  /** Throws when the behaviour is not there. */
  readonly run: (harness: Harness) => Promise<void>;
}

/** What is to be run for a plugin, and what is not, each with the reason. */
export interface CaseSelection<Harness, Capabilities> {
  readonly selected: readonly ConformanceCase<Harness, Capabilities>[];
  readonly skipped: readonly SkippedCase<Harness, Capabilities>[];
}

export interface SkippedCase<Harness, Capabilities> {
  readonly case: ConformanceCase<Harness, Capabilities>;
  /** The declared capabilities on account of which it is not run. */
  readonly reason: string;
}

/** Cases that fail for a known reason (a text, or the address of an issue): they run, and must fail. */
export type KnownGaps = Readonly<Record<string, string>>;

/** The part of an id before its first slash. */
export function groupOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}

/**
 * The cases of some groups, or with some ids, for a run that is not of all.
 * @throws Error when a name is of none: a misspelt case would never be run, and never be missed.
 */
export function casesNamed<Case extends { readonly id: string }>(
  cases: readonly Case[],
  names: readonly string[],
): readonly Case[] {
  const unknown = names.find((name) => !cases.some(({ id }) => id === name || groupOf(id) === name));
  if (unknown !== undefined) throw new Error(`'${unknown}' names no conformance case, nor a group of them`);
  return cases.filter(({ id }) => names.includes(groupOf(id)) || names.includes(id));
}

/**
 * Chooses the cases for declared capabilities. What a plugin declares is what is tested; nothing is switched off by hand.
 * @throws Error when no case is left, or a known gap names no selected case.
 */
export function selectCases<Harness, Capabilities extends object>(
  cases: readonly ConformanceCase<Harness, Capabilities>[],
  capabilities: Capabilities,
  knownGaps: KnownGaps = {},
): CaseSelection<Harness, Capabilities> {
  const selected: ConformanceCase<Harness, Capabilities>[] = [];
  const skipped: SkippedCase<Harness, Capabilities>[] = [];
  const ids = new Set<string>();
  for (const entry of cases) {
    if (ids.has(entry.id)) throw new Error(`two conformance cases are called ${entry.id}`);
    ids.add(entry.id);
    const reason = reasonToSkip(entry, capabilities);
    if (reason === undefined) selected.push(entry);
    else skipped.push({ case: entry, reason });
  }
  if (selected.length === 0) {
    throw new Error('no conformance case was selected for these capabilities: nothing would be tested');
  }
  for (const gap of Object.keys(knownGaps)) {
    if (!ids.has(gap)) throw new Error(`known gap '${gap}' names no conformance case`);
    const skip = skipped.find((entry) => entry.case.id === gap);
    if (skip !== undefined) throw new Error(`known gap '${gap}' names a case that is not run: ${skip.reason}`);
  }
  return { selected, skipped };
}

/** Runs a case; one that is a known gap must fail. */
export async function runCase<Harness>(
  entry: ConformanceCase<Harness, never>,
  harness: Harness,
  knownGaps: KnownGaps = {},
): Promise<void> {
  const gap = knownGaps[entry.id];
  if (gap === undefined) return entry.run(harness);
  try {
    await entry.run(harness);
  } catch {
    return;
  }
  throw new Error(`${entry.id} passes, though it is listed as a known gap (${gap}): take it off the list`);
}

function reasonToSkip<Capabilities extends object>(
  { needs }: ConformanceCase<never, Capabilities>,
  capabilities: Capabilities,
): string | undefined {
  if (needs === undefined) return undefined;
  const read = new Map<string, unknown>();
  const watched = new Proxy(capabilities, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      read.set(String(name), value);
      return value;
    },
  });
  if (needs(watched)) return undefined;
  return `the plugin declares ${Array.from(read, ([name, value]) => `${name}: ${String(value)}`).join(', ')}`;
}

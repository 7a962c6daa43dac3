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
  readonly left: readonly { readonly id: string; readonly reason: string }[];
}

/** Cases that fail for a known reason: they run, and must fail. */
export type KnownGaps = Readonly<Record<string, string>>;

/**
 * Chooses the cases for declared capabilities. What a plugin declares is what is tested; nothing is switched off by hand.
 * @throws Error when no case is left, or a known gap names no case.
 */
export function selectCases<Harness, Capabilities>(
  cases: readonly ConformanceCase<Harness, Capabilities>[],
  capabilities: Capabilities,
  knownGaps: KnownGaps = {},
): CaseSelection<Harness, Capabilities> {
  const ids = new Set(cases.map(({ id }) => id));
  if (ids.size !== cases.length) throw new Error('two conformance cases have the same id');
  const stranger = Object.keys(knownGaps).find((id) => !ids.has(id));
  if (stranger !== undefined) throw new Error(`known gap '${stranger}' names no conformance case`);
  const selected = cases.filter(({ needs }) => needs === undefined || needs(capabilities));
  if (selected.length === 0)
    throw new Error('no conformance case was selected for these capabilities: nothing would be tested');
  const left = cases
    .filter((entry) => !selected.includes(entry))
    .map(({ id }) => ({ id, reason: 'the declared capabilities do not include it' }));
  return { selected, left };
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

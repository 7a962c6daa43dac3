import { findOutsideUses } from '../analyze/find-outside-uses.ts';
import type { OutsideUses } from '../analyze/outside-uses.ts';
import { type ParsedFunction, parseFunction } from '../analyze/parse-function.ts';

/** What a function's text tells of it. */
export interface FunctionAnalysis {
  readonly parsed: ParsedFunction;
  readonly uses: OutsideUses;
  /** Whether it uses nothing but its own names and those of every process. */
  readonly isClosed: boolean;
}

const analyses = new Map<string, FunctionAnalysis>();
const MOST_ANALYSES = 2000;

/** @throws SyntaxError for a text that is no function's. */
export function analysisOf(source: string): FunctionAnalysis {
  let analysis = analyses.get(source);
  if (analysis === undefined) {
    const parsed = parseFunction(source);
    const uses = findOutsideUses(parsed.node);
    const { references, metaProperties, dynamicImports, lexicalThis, usesSuper, privateNames } = uses;
    const isClosed =
      parsed.kind !== 'class' &&
      references.length === 0 &&
      metaProperties.length + dynamicImports.length + lexicalThis.length + privateNames.length === 0 &&
      !usesSuper;
    analysis = { parsed, uses, isClosed };
    if (analyses.size >= MOST_ANALYSES) analyses.clear();
    analyses.set(source, analysis);
  }
  return analysis;
}

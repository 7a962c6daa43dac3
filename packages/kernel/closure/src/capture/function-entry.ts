import { literal } from '../emit/literal.ts';
import type { FunctionEntry, LinkEntry } from '../function-definition.ts';
import { type FunctionFacts, functionFacts, type SourceLocation } from '../inspect/function-facts.ts';
import { captureReceiver } from './arrow-receiver.ts';
import type { CaptureParts, FoundFunction } from './capture-parts.ts';
import { captureProperties } from './captured-properties.ts';
import type { AnyFunction, CapturedTable } from './captured-table.ts';
import { defineClass } from './class-entry.ts';
import type { FunctionAnalysis } from './function-analysis.ts';
import { homeOf } from './home-object.ts';
import { howToPass } from './how-to-pass.ts';
import { metaEdits } from './meta-edits.ts';

/** Of a function that nothing needs to be known of. */
export const NO_FACTS: FunctionFacts = { text: '', scopes: [], location: undefined, bound: undefined };

/** @throws SerializationError */
export function defineFunction(
  capture: CaptureParts,
  found: FoundFunction,
  { parsed, uses }: FunctionAnalysis,
): FunctionEntry | LinkEntry {
  const { table, variables } = capture;
  const { fn, facts, index, holder } = found;
  const entry: FunctionEntry = {
    kind: 'function',
    parsed,
    uses,
    name: fn.name,
    location: lazyLocation(fn, facts),
    variables: new Map(),
    edits: [],
    enclosed: [],
    memberReferences: new Set(),
  };
  table.entries[index] = entry;
  const isArrow = parsed.node.type === 'ArrowFunctionExpression';
  if (!isArrow && parsed.kind !== 'class' && (uses.usesSuper || uses.privateNames.length > 0)) {
    const member = defineMember(fn, entry, holder, table);
    if (member !== undefined) return member;
  }
  if (isArrow) captureReceiver(capture, found, entry);
  for (const reference of uses.references) {
    const variable = variables.of(fn, reference, facts, entry);
    if (variable !== undefined) entry.variables.set(reference, variable);
  }
  entry.edits.push(...metaEdits(entry, facts, table));
  if (parsed.kind === 'class') defineClass(fn, entry, index, table);
  captureProperties(fn, entry, table);
  return entry;
}

/** A method that can only stand where it is defined: it is taken from its class there, or from an object like its own. */
function defineMember(
  fn: AnyFunction,
  entry: FunctionEntry,
  holder: object | undefined,
  table: CapturedTable,
): LinkEntry | undefined {
  const home = homeOf(fn, holder);
  if (home?.owner !== undefined) {
    const owner = table.number(home.owner, undefined);
    const key = literal(home.key);
    const place = home.object === home.owner ? `$t${owner}` : `$t${owner}.prototype`;
    if (key !== undefined)
      return {
        kind: 'link',
        late: true,
        expression: `Object.getOwnPropertyDescriptor(${place}, ${key}).${home.part}`,
      };
  }
  if (home === undefined || entry.uses.privateNames.length > 0)
    throw table.path.error(
      `this method uses ${entry.uses.usesSuper ? 'super' : `#${entry.uses.privateNames[0]}`}, and was found without its class or object`,
      howToPass(entry.name),
    );
  entry.home = table.place(home.object, 'super');
  return undefined;
}

/** Only a stack that is to be mapped asks for it. */
function lazyLocation(fn: AnyFunction, facts: FunctionFacts): () => SourceLocation | undefined {
  if (facts !== NO_FACTS) return () => facts.location;
  let known: { readonly location: SourceLocation | undefined } | undefined;
  return () => {
    known ??= functionFacts(fn);
    return known.location;
  };
}

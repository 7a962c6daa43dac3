import type { FunctionFacts } from '../inspect/function-facts.ts';
import type { AnyFunction, CapturedTable } from './captured-table.ts';
import type { CapturedVariables } from './captured-variables.ts';

/** What the parts of a capture put what they find into. */
export interface CaptureParts {
  readonly table: CapturedTable;
  readonly variables: CapturedVariables;
}

/** A function that was found, and where. */
export interface FoundFunction {
  readonly fn: AnyFunction;
  readonly facts: FunctionFacts;
  /** Its number in the table. */
  readonly index: number;
  /** The object it was found on. */
  readonly holder: object | undefined;
}

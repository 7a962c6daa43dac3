/** A function and all that it reaches, ready to travel. */
export interface FunctionModule {
  /** Content address of `code` and `assets`. */
  readonly hash: string;
  readonly name: string;
  /** How many parameters the function declares, as `fn.length`. */
  readonly arity: number;
  /** An ES module with `export default function instantiate(assets, decodeValue)`. */
  readonly code: string;
  readonly assets: readonly Uint8Array[];
  /** Packages that the code imports by name from the runtime. */
  readonly externals: readonly string[];
  /** Source map, JSON: the module's lines to the user's files. */
  readonly sourceMap: string;
}

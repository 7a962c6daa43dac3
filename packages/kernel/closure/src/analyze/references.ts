import type { AnyNode, Class, Identifier, Pattern } from 'acorn';

/** A place in a function where a name from outside is used. */
export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** `{ name }`: the property's key is not the variable. */
  readonly shorthand: boolean;
  readonly write: boolean;
  /** `name.member`: the member, where it is written out. */
  readonly member?: { readonly name: string; readonly end: number };
  /** `require('text')`: the text. */
  readonly required?: string;
}

/** `import(source)`, or what a test runner writes for it. */
export interface DynamicImport {
  readonly source: AnyNode;
  /** The test runner's function, to be `import` again. */
  readonly stand?: { readonly start: number; readonly end: number };
}

export interface OutsideUses {
  readonly references: readonly Reference[];
  /** `this` outside of any inner function that has one of its own. */
  readonly usesThis: boolean;
  /** Of an arrow function: where it uses the `this` of the function around it. */
  readonly lexicalThis: readonly { readonly start: number; readonly end: number }[];
  /** Private names, `#x`, of a class around it. */
  readonly privateNames: readonly string[];
  readonly usesSuper: boolean;
  /** Places of `import.meta`, or of what stands for it. */
  readonly metaProperties: readonly { readonly start: number; readonly end: number }[];
  readonly dynamicImports: readonly DynamicImport[];
  /** Every name that the function declares anywhere. */
  readonly declared: ReadonlySet<string>;
}

/** Finds what a function uses from outside itself. */
export function outsideUses(root: AnyNode): OutsideUses {
  const finder = new ReferenceFinder();
  finder.visitRoot(root);
  return finder.result();
}

type Names = Set<string>;

/** Vite and vitest write these for `import()` and `import.meta`. */
const RUNNER_IMPORT = /^__vi(?:te_ssr|test)?_dynamic_import__$/;
const RUNNER_META = /^__vi(?:te_ssr|test)?_import_meta__$/;

class ReferenceFinder {
  readonly #references: Reference[] = [];
  readonly #metaProperties: { readonly start: number; readonly end: number }[] = [];
  readonly #dynamicImports: DynamicImport[] = [];
  readonly #declared: Names = new Set();
  readonly #scopes: Names[] = [];
  readonly #lexicalThis: { readonly start: number; readonly end: number }[] = [];
  readonly #privateNames: Names = new Set();
  /** Private names that the classes being visited declare. */
  readonly #privateScopes: Names[] = [];
  #usesThis = false;
  #usesSuper = false;
  /** Depth of functions that have a `this` of their own. */
  #ownThis = 0;

  visitRoot(root: AnyNode): void {
    this.#visit(root);
  }

  result(): OutsideUses {
    return {
      references: this.#references,
      usesThis: this.#usesThis,
      lexicalThis: this.#lexicalThis,
      privateNames: [...this.#privateNames],
      usesSuper: this.#usesSuper,
      metaProperties: this.#metaProperties,
      dynamicImports: this.#dynamicImports,
      declared: this.#declared,
    };
  }

  #visit(node: AnyNode | null | undefined): void {
    if (node === null || node === undefined) return;
    switch (node.type) {
      case 'Identifier':
        return this.#refer(node, { shorthand: false, write: false });
      case 'ThisExpression':
        if (this.#ownThis <= 1) this.#usesThis = true;
        if (this.#ownThis === 0) this.#lexicalThis.push(node);
        return;
      case 'PrivateIdentifier':
        if (!this.#privateScopes.some((names) => names.has(node.name))) this.#privateNames.add(node.name);
        return;
      case 'Super':
        if (this.#ownThis <= 1) this.#usesSuper = true;
        return;
      case 'MetaProperty':
        if (node.meta.name === 'import') this.#metaProperties.push(node);
        return;
      case 'ImportExpression':
        this.#dynamicImports.push({ source: node.source });
        return this.#visit(node.source);
      case 'FunctionExpression':
      case 'FunctionDeclaration':
      case 'ArrowFunctionExpression':
        return this.#visitFunction(node);
      case 'ClassExpression':
      case 'ClassDeclaration':
        return this.#visitClass(node);
      case 'MemberExpression':
        return this.#visitMember(node);
      case 'CallExpression':
        return this.#visitCall(node);
      case 'AssignmentExpression':
        this.#visitTarget(node.left);
        return this.#visit(node.right);
      case 'UpdateExpression':
        return node.argument.type === 'Identifier'
          ? this.#refer(node.argument, { shorthand: false, write: true })
          : this.#visit(node.argument);
      case 'Property':
        if (node.computed) this.#visit(node.key);
        if (node.shorthand && node.value.type === 'Identifier')
          return this.#refer(node.value, { shorthand: true, write: false });
        return this.#visit(node.value);
      case 'LabeledStatement':
        return this.#visit(node.body);
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          this.#visitPatternDefaults(id);
          this.#visit(init);
        }
        return;
      case 'BlockStatement':
      case 'StaticBlock':
        return this.#inScope(blockNames(node.body), () => this.#visitAll(node.body));
      case 'SwitchStatement':
        this.#visit(node.discriminant);
        return this.#inScope(blockNames(node.cases.flatMap((part) => part.consequent)), () =>
          this.#visitAll(node.cases),
        );
      case 'ForStatement':
        return this.#inScope(blockNames([node.init]), () =>
          this.#visitAll([node.init, node.test, node.update, node.body]),
        );
      case 'ForInStatement':
      case 'ForOfStatement':
        return this.#inScope(blockNames([node.left]), () => {
          if (node.left.type === 'VariableDeclaration') this.#visit(node.left);
          else this.#visitTarget(node.left);
          this.#visitAll([node.right, node.body]);
        });
      case 'CatchClause':
        return this.#inScope(patternNames(node.param), () => {
          if (node.param) this.#visitPatternDefaults(node.param);
          this.#visit(node.body);
        });
      default:
        this.#visitChildren(node);
    }
  }

  #visitAll(nodes: readonly (AnyNode | null | undefined)[]): void {
    for (const node of nodes) this.#visit(node);
  }

  #visitChildren(node: AnyNode): void {
    for (const value of Object.values(node) as unknown[]) {
      if (Array.isArray(value)) for (const entry of value) this.#visitIfNode(entry);
      else this.#visitIfNode(value);
    }
  }

  #visitIfNode(value: unknown): void {
    if (typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string')
      this.#visit(value as AnyNode); // shaped as one
  }

  #visitFunction(
    node: Extract<AnyNode, { type: 'FunctionExpression' | 'FunctionDeclaration' | 'ArrowFunctionExpression' }>,
  ): void {
    const names: Names = new Set();
    if (node.type === 'FunctionExpression' && node.id) names.add(node.id.name);
    for (const param of node.params) for (const name of patternNames(param)) names.add(name);
    if (node.body.type === 'BlockStatement') for (const name of varNames(node.body.body)) names.add(name);
    const arrow = node.type === 'ArrowFunctionExpression';
    if (!arrow) names.add('arguments');
    if (!arrow) this.#ownThis++;
    this.#inScope(names, () => {
      for (const param of node.params) this.#visitPatternDefaults(param);
      this.#visit(node.body);
    });
    if (!arrow) this.#ownThis--;
  }

  #visitClass(node: Extract<AnyNode, { type: 'ClassExpression' | 'ClassDeclaration' }>): void {
    this.#inScope(new Set(node.id ? [node.id.name] : []), () => {
      this.#visit(node.superClass);
      this.#privateScopes.push(declaredPrivateNames(node));
      for (const member of node.body.body) {
        if (member.type === 'StaticBlock') {
          this.#ownThis += 2;
          this.#inScope(new Set(varNames(member.body)), () => this.#visit(member));
          this.#ownThis -= 2;
          continue;
        }
        if (member.computed) this.#visit(member.key);
        this.#ownThis += 2;
        this.#visit(member.value);
        this.#ownThis -= 2;
      }
      this.#privateScopes.pop();
    });
  }

  #visitCall(node: Extract<AnyNode, { type: 'CallExpression' }>): void {
    const [source] = node.arguments;
    const { callee } = node;
    if (callee.type !== 'Identifier' || source === undefined) return this.#visitChildren(node);
    if (callee.name === 'require' && source.type === 'Literal' && typeof source.value === 'string')
      return this.#refer(callee, { shorthand: false, write: false, required: source.value });
    if (!RUNNER_IMPORT.test(callee.name)) return this.#visitChildren(node);
    this.#dynamicImports.push({ source, stand: { start: callee.start, end: callee.end } });
    this.#visit(source);
  }

  #visitMember(node: Extract<AnyNode, { type: 'MemberExpression' }>): void {
    if (node.computed || node.property.type === 'PrivateIdentifier') this.#visit(node.property);
    if (node.object.type !== 'Identifier') return this.#visit(node.object);
    const plain =
      !node.computed && node.property.type === 'Identifier' ? { name: node.property.name, end: node.end } : undefined;
    this.#refer(node.object, { shorthand: false, write: false, ...(plain && { member: plain }) });
  }

  /** The left side of an assignment: its names are written. */
  #visitTarget(node: Pattern | AnyNode): void {
    switch (node.type) {
      case 'Identifier':
        return this.#refer(node, { shorthand: false, write: true });
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.#visitTarget(property.argument);
          else {
            if (property.computed) this.#visit(property.key);
            if (property.shorthand && property.value.type === 'Identifier')
              this.#refer(property.value, { shorthand: true, write: true });
            else if (
              property.shorthand &&
              property.value.type === 'AssignmentPattern' &&
              property.value.left.type === 'Identifier'
            ) {
              this.#refer(property.value.left, { shorthand: true, write: true });
              this.#visit(property.value.right);
            } else this.#visitTarget(property.value);
          }
        }
        return;
      case 'ArrayPattern':
        for (const element of node.elements) if (element) this.#visitTarget(element);
        return;
      case 'AssignmentPattern':
        this.#visitTarget(node.left);
        return this.#visit(node.right);
      case 'RestElement':
        return this.#visitTarget(node.argument);
      default:
        return this.#visit(node as AnyNode); // a member expression
    }
  }

  /** A declaration's pattern: its names are new, its defaults and computed keys are code. */
  #visitPatternDefaults(pattern: Pattern): void {
    switch (pattern.type) {
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') this.#visitPatternDefaults(property.argument);
          else {
            if (property.computed) this.#visit(property.key);
            this.#visitPatternDefaults(property.value);
          }
        }
        return;
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element) this.#visitPatternDefaults(element);
        return;
      case 'AssignmentPattern':
        this.#visitPatternDefaults(pattern.left);
        return this.#visit(pattern.right);
      case 'RestElement':
        return this.#visitPatternDefaults(pattern.argument);
      default:
    }
  }

  #refer(
    node: Identifier,
    use: {
      readonly shorthand: boolean;
      readonly write: boolean;
      readonly member?: { readonly name: string; readonly end: number };
      readonly required?: string;
    },
  ): void {
    if (this.#scopes.some((names) => names.has(node.name))) return;
    if (RUNNER_META.test(node.name)) {
      this.#metaProperties.push({ start: node.start, end: node.end });
      return;
    }
    this.#references.push({ name: node.name, start: node.start, end: node.end, ...use });
  }

  #inScope(names: Iterable<string>, run: () => void): void {
    const scope = new Set(names);
    for (const name of scope) this.#declared.add(name);
    this.#scopes.push(scope);
    run();
    this.#scopes.pop();
  }
}

function declaredPrivateNames(node: Class): Names {
  return new Set(
    node.body.body.flatMap((member) =>
      'key' in member && member.key.type === 'PrivateIdentifier' ? [member.key.name] : [],
    ),
  );
}

/** Names that a block declares for itself: let, const, class, function. */
function blockNames(body: readonly (AnyNode | null | undefined)[]): Names {
  const names: Names = new Set();
  for (const statement of body) {
    if (statement?.type === 'VariableDeclaration' && statement.kind !== 'var') {
      for (const { id } of statement.declarations) for (const name of patternNames(id)) names.add(name);
    } else if (statement?.type === 'FunctionDeclaration' || statement?.type === 'ClassDeclaration') {
      if (statement.id) names.add(statement.id.name);
    }
  }
  return names;
}

/** Names that `var` and function declarations lift to their function, from any depth of blocks. */
function varNames(body: readonly AnyNode[]): Names {
  const names: Names = new Set();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const entry of node) visit(entry);
      return;
    }
    if (typeof node !== 'object' || node === null || !('type' in node)) return;
    const current = node as AnyNode; // shaped as one
    if (current.type === 'VariableDeclaration' && current.kind === 'var') {
      for (const { id } of current.declarations) for (const name of patternNames(id)) names.add(name);
    }
    if (current.type === 'FunctionDeclaration' && current.id) names.add(current.id.name);
    if (/Function|^Class/.test(current.type)) return;
    for (const value of Object.values(current)) visit(value);
  };
  visit(body);
  return names;
}

function patternNames(pattern: Pattern | null | undefined): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => patternNames(element));
    case 'AssignmentPattern':
      return patternNames(pattern.left);
    case 'RestElement':
      return patternNames(pattern.argument);
    default:
      return [];
  }
}

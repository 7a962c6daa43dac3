import type { AnyNode, Identifier, Pattern } from 'acorn';
import { blockNames, declaredPrivateNames, type Names, patternNames, varNames } from './declared-names.ts';
import type { DynamicImport, OutsideUses, Reference } from './outside-uses.ts';
import { patternCode } from './pattern-code.ts';
import { targetParts } from './target-parts.ts';

/** Finds what a function uses from outside itself. */
export function findOutsideUses(root: AnyNode): OutsideUses {
  const finder = new OutsideUseFinder();
  finder.visit(root);
  return finder.result();
}

/** Vite and vitest write these for `import()` and `import.meta`. */
const RUNNER_IMPORT = /^__vi(?:te_ssr|test)?_dynamic_import__$/;
const RUNNER_META = /^__vi(?:te_ssr|test)?_import_meta__$/;

class OutsideUseFinder {
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

  visit(node: AnyNode | null | undefined): void {
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
        return this.visit(node.source);
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
        return this.visit(node.right);
      case 'UpdateExpression':
        return node.argument.type === 'Identifier'
          ? this.#refer(node.argument, { shorthand: false, write: true })
          : this.visit(node.argument);
      case 'Property':
        if (node.computed) this.visit(node.key);
        if (node.shorthand && node.value.type === 'Identifier')
          return this.#refer(node.value, { shorthand: true, write: false });
        return node.method || node.kind !== 'init' ? this.#visitMethod(node.value) : this.visit(node.value);
      case 'LabeledStatement':
        return this.visit(node.body);
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) this.#visitAll([...patternCode(id), init]);
        return;
      case 'BlockStatement':
      case 'StaticBlock':
        return this.#inScope(blockNames(node.body), () => this.#visitAll(node.body));
      case 'SwitchStatement':
        this.visit(node.discriminant);
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
          if (node.left.type === 'VariableDeclaration') this.visit(node.left);
          else this.#visitTarget(node.left);
          this.#visitAll([node.right, node.body]);
        });
      case 'CatchClause':
        return this.#inScope(patternNames(node.param), () => {
          if (node.param) this.#visitAll([...patternCode(node.param)]);
          this.visit(node.body);
        });
      default:
        this.#visitChildren(node);
    }
  }

  #visitAll(nodes: readonly (AnyNode | null | undefined)[]): void {
    for (const node of nodes) this.visit(node);
  }

  #visitChildren(node: AnyNode): void {
    for (const value of Object.values(node) as unknown[]) {
      if (Array.isArray(value)) for (const entry of value) this.#visitIfNode(entry);
      else this.#visitIfNode(value);
    }
  }

  #visitIfNode(value: unknown): void {
    if (typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string')
      this.visit(value as AnyNode); // shaped as one
  }

  #visitFunction(
    node: Extract<AnyNode, { type: 'FunctionExpression' | 'FunctionDeclaration' | 'ArrowFunctionExpression' }>,
  ): void {
    const names: Names = new Set();
    if (node.type === 'FunctionExpression' && node.id) names.add(node.id.name);
    for (const param of node.params) for (const name of patternNames(param)) names.add(name);
    const arrow = node.type === 'ArrowFunctionExpression';
    if (!arrow) names.add('arguments');
    if (!arrow) this.#ownThis++;
    this.#inScope(names, () => {
      for (const param of node.params) this.#visitAll([...patternCode(param)]);
      // Defaults of parameters do not see the variables of the body.
      const own = node.body.type === 'BlockStatement' ? varNames(node.body.body) : [];
      this.#inScope(own, () => this.visit(node.body));
    });
    if (!arrow) this.#ownThis--;
  }

  /** Its `this` and `super` are of the object or class that it is written in, which is itself inside of the function. */
  #visitMethod(value: AnyNode | null | undefined): void {
    this.#ownThis += 2;
    this.visit(value);
    this.#ownThis -= 2;
  }

  #visitClass(node: Extract<AnyNode, { type: 'ClassExpression' | 'ClassDeclaration' }>): void {
    this.#inScope(new Set(node.id ? [node.id.name] : []), () => {
      this.visit(node.superClass);
      this.#privateScopes.push(declaredPrivateNames(node));
      for (const member of node.body.body) {
        if (member.type === 'StaticBlock') {
          this.#ownThis += 2;
          this.#inScope(new Set(varNames(member.body)), () => this.visit(member));
          this.#ownThis -= 2;
          continue;
        }
        if (member.computed) this.visit(member.key);
        this.#visitMethod(member.value);
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
    this.visit(source);
  }

  #visitMember(node: Extract<AnyNode, { type: 'MemberExpression' }>): void {
    if (node.computed || node.property.type === 'PrivateIdentifier') this.visit(node.property);
    if (node.object.type !== 'Identifier') return this.visit(node.object);
    const plain =
      !node.computed && node.property.type === 'Identifier' ? { name: node.property.name, end: node.end } : undefined;
    this.#refer(node.object, { shorthand: false, write: false, ...(plain && { member: plain }) });
  }

  /** The left side of an assignment: its names are written. */
  #visitTarget(target: Pattern | AnyNode): void {
    for (const part of targetParts(target))
      if ('code' in part) this.visit(part.code);
      else this.#refer(part.written, { shorthand: part.shorthand, write: true });
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

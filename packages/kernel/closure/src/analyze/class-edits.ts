import type { AnyNode, Class, MethodDefinition, Pattern, PropertyDefinition } from 'acorn';
import type { Edit } from '../function-definition.ts';

/** Private names of a class that hold values. */
export interface PrivateNames {
  readonly instance: readonly string[];
  readonly static: readonly string[];
}

export function privateNames(node: Class): PrivateNames {
  const names = { instance: [] as string[], static: [] as string[] };
  for (const member of node.body.body) {
    if (member.type !== 'PropertyDefinition' || member.key.type !== 'PrivateIdentifier') continue;
    names[member.static ? 'static' : 'instance'].push(`#${member.key.name}`);
  }
  return names;
}

/**
 * Makes a class safe to define again: what ran when it was defined does not run a second time (its static state is set
 * from the live class), and where it has private state an instance can be made without running the user's code.
 */
export function classEdits(
  node: Class,
  source: string,
  offset: number,
  superclass: string | undefined,
  access: string | undefined,
): Edit[] {
  const edits: Edit[] = [];
  const at = (position: number) => position - offset;
  const replace = (start: number, end: number, text: string) => {
    const lines = source.slice(at(start), at(end)).split('\n').length - text.split('\n').length;
    edits.push({ start: at(start), end: at(end), text: text + '\n'.repeat(Math.max(0, lines)) });
  };
  const insert = (position: number, text: string) => edits.push({ start: at(position), end: at(position), text });

  if (node.superClass && superclass !== undefined) replace(node.superClass.start, node.superClass.end, superclass);
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') replace(member.start, member.end, 'static {}');
    if (member.type === 'PropertyDefinition') editField(member, replace, insert);
    if (member.type === 'MethodDefinition' && member.kind === 'constructor') editConstructor(node, member, insert);
  }
  if (access !== undefined) insert(node.end - 1, accessBlock(privateNames(node), access));
  return edits;
}

type Replace = (start: number, end: number, text: string) => void;
type Insert = (position: number, text: string) => void;

function editField(member: PropertyDefinition, replace: Replace, insert: Insert): void {
  if (!member.value) return;
  if (member.static) {
    // The current value is set when the class is there.
    replace(member.value.start, member.value.end, 'undefined');
    return;
  }
  // Those give functions the field's name, and do nothing yet.
  if (member.value.type === 'ArrowFunctionExpression' || member.value.type === 'FunctionExpression') return;
  if (member.value.type === 'Literal') return;
  insert(member.value.start, '$making ? undefined : (');
  insert(member.value.end, ')');
}

function editConstructor(node: Class, member: MethodDefinition, insert: Insert): void {
  for (const param of member.value.params) guardDefaults(param, insert);
  insert(
    member.value.body.start + 1,
    node.superClass ? 'if ($making) { super(...$making); return; }' : 'if ($making) return;',
  );
}

function guardDefaults(param: Pattern, insert: Insert): void {
  if (param.type === 'ObjectPattern' || param.type === 'ArrayPattern') {
    insert(param.end, param.type === 'ObjectPattern' ? ' = {}' : ' = []');
    return;
  }
  if (param.type !== 'AssignmentPattern') return;
  const empty = param.left.type === 'ObjectPattern' ? '{}' : param.left.type === 'ArrayPattern' ? '[]' : 'undefined';
  insert(param.right.start, `$making ? ${empty} : (`);
  insert(param.right.end, ')');
}

function accessBlock(names: PrivateNames, access: string): string {
  const read = names.instance.map(
    (name) => `if (${name} in $object) $values[$keys[${quoted(name)}]] = $object.${name};`,
  );
  const write = names.instance.map(
    (name) => `if ($keys[${quoted(name)}] in $values) $object.${name} = $values[$keys[${quoted(name)}]];`,
  );
  const writeStatic = names.static.map(
    (name) => `if (${quoted(name)} in $values) this.${name} = $values[${quoted(name)}];`,
  );
  return ` static { ${access} = { read($object, $values, $keys) { ${read.join(' ')} }, write($object, $values, $keys) { ${write.join(' ')} }, writeStatic: ($values) => { ${writeStatic.join(' ')} } }; } `;
}

function quoted(name: string): string {
  return JSON.stringify(name);
}

/** Whether any part of a class has a private name: then its instances cannot be made from outside. */
export function hasPrivateNames(node: Class): boolean {
  return node.body.body.some(
    (member: AnyNode) =>
      'key' in member &&
      typeof member.key === 'object' &&
      member.key !== null &&
      'type' in member.key &&
      member.key.type === 'PrivateIdentifier',
  );
}

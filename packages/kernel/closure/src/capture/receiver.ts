import type { AnyNode, Class } from 'acorn';
import type { FunctionFacts } from '../inspect/function-facts.ts';
import { type HeapReceiver, heapContexts } from '../inspect/heap-contexts.ts';
import { runningFrameAt } from '../inspect/running-frames.ts';
import { analysisOf } from './function-analysis.ts';
import { isClass } from './home-object.ts';

/**
 * The `this` that an arrow function took from the function around it. V8 shows it to nobody: it is worked out from where
 * the arrow function was found, else from the functions that are running, else from the heap.
 */
export function receiverOf(fn: object, facts: FunctionFacts, holder: object | undefined): HeapReceiver {
  const known = receivers.get(fn);
  if (known !== undefined) return known;
  const receiver = findReceiver(fn, facts, holder);
  receivers.set(fn, receiver);
  return receiver;
}

const receivers = new WeakMap<object, HeapReceiver>();

function findReceiver(fn: object, facts: FunctionFacts, holder: object | undefined): HeapReceiver {
  if (holder !== undefined && isMadeByConstructor(fn, holder)) return { value: holder };
  const frame = facts.location && runningFrameAt(facts.location);
  if (frame !== undefined) return { value: frame.receiver };
  return heapContexts([fn])[0]?.receiver ?? { value: undefined };
}

/** Whether the text of the holder's class puts this very function on its instances, as a field or by `this.name = ...`. */
function isMadeByConstructor(fn: object, holder: object): boolean {
  const text = Function.prototype.toString.call(fn);
  const key = Object.keys(holder).find((name) => Object.getOwnPropertyDescriptor(holder, name)?.value === fn);
  if (key === undefined) return false;
  if (isClass(holder)) {
    const source = Function.prototype.toString.call(holder);
    const { node, offset } = analysisOf(source).parsed;
    return hasField(
      node as Class,
      key,
      true,
      (value) => source.slice(value.start - offset, value.end - offset) === text,
    ); // by its text
  }
  for (let proto: object | null = Object.getPrototypeOf(holder); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const maker: unknown = Object.getOwnPropertyDescriptor(proto, 'constructor')?.value;
    if (typeof maker !== 'function') continue;
    const source = Function.prototype.toString.call(maker);
    if (!source.includes(text)) continue;
    const { parsed } = analysisOf(source);
    const textOf = (node: AnyNode) => source.slice(node.start - parsed.offset, node.end - parsed.offset);
    const body = parsed.kind === 'class' ? constructorBody(parsed.node as Class) : bodyOf(parsed.node); // by its kind
    if (parsed.kind === 'class' && hasField(parsed.node as Class, key, false, (value) => textOf(value) === text))
      return true; // by its kind
    if (body !== undefined && assigns(body, key, (value) => textOf(value) === text)) return true;
  }
  return false;
}

function hasField(node: Class, key: string, isStatic: boolean, isIt: (value: AnyNode) => boolean): boolean {
  return node.body.body.some(
    (member) =>
      member.type === 'PropertyDefinition' &&
      member.static === isStatic &&
      !member.computed &&
      member.key.type === 'Identifier' &&
      member.key.name === key &&
      member.value != null &&
      isIt(member.value),
  );
}

function constructorBody(node: Class): AnyNode | undefined {
  for (const member of node.body.body)
    if (member.type === 'MethodDefinition' && member.kind === 'constructor') return member.value.body ?? undefined;
  return undefined;
}

function bodyOf(node: AnyNode): AnyNode | undefined {
  return node.type === 'FunctionExpression' ? node.body : undefined;
}

/** `this.key = value`, or what a transpiler writes for it. */
function assigns(body: AnyNode, key: string, isIt: (value: AnyNode) => boolean): boolean {
  if (body.type !== 'BlockStatement') return false;
  return body.body.some((statement) => {
    if (statement.type !== 'ExpressionStatement') return false;
    const { expression } = statement;
    if (expression.type === 'AssignmentExpression')
      return (
        expression.left.type === 'MemberExpression' &&
        expression.left.object.type === 'ThisExpression' &&
        !expression.left.computed &&
        expression.left.property.type === 'Identifier' &&
        expression.left.property.name === key &&
        isIt(expression.right)
      );
    if (expression.type !== 'CallExpression') return false;
    const [self, name, value] = expression.arguments;
    return (
      self?.type === 'ThisExpression' &&
      name?.type === 'Literal' &&
      name.value === key &&
      value !== undefined &&
      isIt(value)
    );
  });
}

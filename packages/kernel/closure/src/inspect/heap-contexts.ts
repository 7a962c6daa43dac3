import { getHeapSnapshot } from 'node:v8';
import { heapObject, post } from './live-objects.ts';

/** What only the heap tells of a function: which contexts it closes over. */
export interface HeapContexts {
  /** Of the contexts, innermost first: a number that is the same for the same context, and the names in it. */
  readonly contexts: readonly { readonly id: number; readonly names: ReadonlySet<string> }[];
  /** The `this` of the method around an arrow function; undefined when no context holds one. */
  readonly receiver: HeapReceiver | undefined;
}

/** Of a number or another primitive the heap tells only what kind of value it is, in words. */
export type HeapReceiver = { readonly value: unknown } | { readonly kind: string };

/**
 * Reads the contexts of functions from a snapshot of the heap: the one way to tell two of the same contents apart. It
 * takes tenths of a second in a small process, and seconds in one of hundreds of megabytes.
 */
export function heapContexts(fns: readonly object[]): HeapContexts[] {
  post('HeapProfiler.enable');
  // Else the numbers of the snapshot are forgotten before objects can be asked for by them.
  post('HeapProfiler.startTrackingHeapObjects');
  try {
    const probe = new LithopsHeapProbe(fns);
    const graph = new HeapGraph(readSnapshot());
    const list = graph.probe(fns.length);
    return probe.fns.map((_, index) => contextsOf(graph, list[index]));
  } finally {
    post('HeapProfiler.disable');
  }
}

/** Found in the snapshot by its name. */
class LithopsHeapProbe {
  readonly fns: readonly object[];

  constructor(fns: readonly object[]) {
    this.fns = fns;
    for (const [index, fn] of fns.entries()) Object.defineProperty(this, `lithops_fn_${index}`, { value: fn });
  }
}

interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [types: readonly string[], ...rest: unknown[]];
      readonly edge_fields: readonly string[];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

function readSnapshot(): Snapshot {
  const stream = getHeapSnapshot();
  const chunks: Buffer[] = [];
  for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk as Buffer); // a byte stream
  stream.destroy();
  return JSON.parse(Buffer.concat(chunks).toString()) as Snapshot; // V8's own format
}

/** Nodes are their places in the snapshot's list. */
class HeapGraph {
  readonly #snapshot: Snapshot;
  readonly #nodeSize: number;
  readonly #edgeSize: number;
  readonly #id: number;
  readonly #name: number;
  readonly #type: number;
  readonly #firstEdge: Uint32Array;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    const { node_fields: nodeFields, edge_fields: edgeFields } = snapshot.snapshot.meta;
    this.#nodeSize = nodeFields.length;
    this.#edgeSize = edgeFields.length;
    this.#id = nodeFields.indexOf('id');
    this.#name = nodeFields.indexOf('name');
    this.#type = nodeFields.indexOf('type');
    const count = nodeFields.indexOf('edge_count');
    const { nodes } = snapshot;
    this.#firstEdge = new Uint32Array(nodes.length / this.#nodeSize + 1);
    for (let node = 0, index = 0, edge = 0; node < nodes.length; node += this.#nodeSize) {
      edge += nodes[node + count] ?? 0;
      this.#firstEdge[++index] = edge;
    }
  }

  idOf(node: number): number {
    return this.#snapshot.nodes[node + this.#id] ?? 0;
  }

  nameOf(node: number): string {
    return this.#snapshot.strings[this.#snapshot.nodes[node + this.#name] ?? 0] ?? '';
  }

  typeOf(node: number): string {
    const [types] = this.#snapshot.snapshot.meta.node_types;
    return types[this.#snapshot.nodes[node + this.#type] ?? -1] ?? '';
  }

  /** Edges of a node: names, or numbers as text, and where they lead. */
  *edgesOf(node: number): Generator<readonly [name: string, to: number]> {
    const { edges, strings } = this.#snapshot;
    const index = node / this.#nodeSize;
    for (let edge = this.#firstEdge[index] ?? 0; edge < (this.#firstEdge[index + 1] ?? 0); edge++) {
      const at = edge * this.#edgeSize;
      yield [strings[edges[at + 1] ?? -1] ?? '', edges[at + 2] ?? 0];
    }
  }

  edge(node: number, name: string): number | undefined {
    for (const [candidate, to] of this.edgesOf(node)) if (candidate === name) return to;
    return undefined;
  }

  /** The nodes of the functions that the probe holds. */
  probe(count: number): number[] {
    const { nodes, strings } = this.#snapshot;
    const name = strings.indexOf(LithopsHeapProbe.name);
    for (let node = 0; node < nodes.length; node += this.#nodeSize) {
      if (nodes[node + this.#name] !== name) continue;
      const fns = Array.from({ length: count }, (_, index) => this.edge(node, `lithops_fn_${index}`));
      if (fns.every((fn) => fn !== undefined)) return fns;
    }
    throw new Error('the snapshot of the heap does not hold what was to be found in it');
  }
}

function contextsOf(graph: HeapGraph, fn: number | undefined): HeapContexts {
  const contexts: { id: number; names: ReadonlySet<string> }[] = [];
  let receiver: HeapContexts['receiver'];
  let context = fn === undefined ? undefined : graph.edge(fn, 'context');
  for (; context !== undefined && contexts.length < 1000; context = graph.edge(context, 'previous')) {
    const names = new Set<string>();
    const info = graph.edge(context, 'scope_info');
    if (info !== undefined) for (const [, to] of graph.edgesOf(info)) names.add(graph.nameOf(to));
    contexts.push({ id: graph.idOf(context), names });
    const holder = receiver === undefined ? graph.edge(context, 'this') : undefined;
    if (holder !== undefined) receiver = receiverAt(graph, holder);
  }
  return { contexts, receiver };
}

/** Values of which there is one in the whole program are nodes of their names; the inspector gives none but objects. */
const ONLY_ONES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['false', false],
]);

function receiverAt(graph: HeapGraph, node: number): HeapReceiver {
  const type = graph.typeOf(node);
  const name = graph.nameOf(node);
  if (type === 'hidden' && ONLY_ONES.has(name)) return { value: ONLY_ONES.get(name) };
  if (PRIMITIVES.includes(type)) return { kind: type };
  return { value: heapObject(graph.idOf(node)) };
}

const PRIMITIVES: readonly string[] = ['number', 'string', 'concatenated string', 'sliced string', 'symbol', 'bigint'];

import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeReply,
  decodeRequest,
  encodeReply,
  encodeRequest,
  type Frame,
  FrameReader,
  ProtocolError,
  type WorkerReply,
  type WorkerRequest,
} from '../src/protocol/index.ts';
import {
  decodeThrown,
  decodeValue,
  decodeValues,
  encodeThrown,
  encodeValue,
  encodeValues,
} from '../src/values/index.ts';
import { FORM } from '../src/values/raw-form.ts';

const RUNS = { numRuns: 3000 };

const stats = { startedAt: [1], duration: [2], cpuTime: 3, peakMemoryBytes: 4, worker: 'host/1', cold: false };

const REPLIES: readonly WorkerReply[] = [
  { type: 'event', channel: 1, event: { type: 'result', calls: [0], values: encodeValues([{ a: 1 }]), stats } },
  { type: 'event', channel: 1, event: { type: 'log', call: 0, stream: 'stdout', text: 'text' } },
  { type: 'event', channel: 1, event: { type: 'started', call: 0, startedAt: 1, worker: 'host/1' } },
  {
    type: 'event',
    channel: 1,
    event: { type: 'error', call: 0, error: encodeThrown(new Error('e')), cause: 'thrown', stats },
  },
  { type: 'event', channel: 1, event: { type: 'returned', calls: Array.from({ length: 20 }, (_, i) => i) } },
  { type: 'lost', channel: 1, death: { oom: false, stderr: '', exitCode: 1 } },
  { type: 'finished', channel: 1 },
];

const REQUESTS: readonly WorkerRequest[] = [
  { type: 'hello', protocol: 1 },
  { type: 'module', module: { hash: 'h', code: 'export default 1', assets: [new Uint8Array(3)] } },
  {
    type: 'run',
    channel: 1,
    invocation: {
      id: 'i',
      executorId: 'e',
      jobId: 'M000',
      attempt: 1,
      module: 'h',
      calls: [0, 1],
      items: encodeValues([1, { b: 2 }]),
      passContext: false,
      env: { A: 'b' },
    },
  },
  { type: 'recall', channel: 1, calls: [1] },
];

/** Bytes with some changed, cut out, doubled or cut off. */
function damaged(whole: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat(whole.length);
  return fc.oneof(
    fc.array(fc.tuple(at, fc.nat(255)), { minLength: 1, maxLength: 8 }).map((changes) => {
      const bytes = Uint8Array.from(whole);
      for (const [place, value] of changes) bytes[place % bytes.length] = value;
      return bytes;
    }),
    at.map((end) => whole.slice(0, end)),
    fc.tuple(at, at).map(([a, b]) => Buffer.concat([whole.subarray(0, a), whole.subarray(b)])),
    fc
      .tuple(at, fc.uint8Array({ maxLength: 40 }))
      .map(([a, noise]) => Buffer.concat([whole.subarray(0, a), noise, whole.subarray(a)])),
  );
}

/** What reading gives, or the refusal; anything else that is thrown fails the test. */
function framesOf(bytes: Uint8Array, cuts: readonly number[]): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame), 1024 * 1024);
  let from = 0;
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    reader.push(bytes.slice(from, cut));
    from = cut;
  }
  return frames;
}

function refusedOrFine(read: () => unknown, refusal: RegExp): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).name).toMatch(refusal);
  }
}

describe('bytes that are no frames', () => {
  it('are refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(400), { maxLength: 5 }), (bytes, cuts) => {
        refusedOrFine(() => framesOf(bytes, cuts).map((frame) => decodeReply(frame)), /^ProtocolError$/);
      }),
      RUNS,
    );
  });

  it.each([
    ['replies', REPLIES.map((reply) => encodeReply(reply)), decodeReply],
    ['requests', REQUESTS.map(encodeRequest), decodeRequest],
  ] as const)('are refused or read as what they are: damaged %s', (_, encoded, decode) => {
    const whole = Buffer.concat(encoded.flat());
    fc.assert(
      fc.property(damaged(whole), fc.array(fc.nat(whole.length), { maxLength: 5 }), (bytes, cuts) => {
        refusedOrFine(() => framesOf(bytes, cuts).map((frame) => decode(frame)), /^ProtocolError$/);
      }),
      RUNS,
    );
  });

  it('do not make the reader ask for memory that never comes', () => {
    const frame = encodeReply({ type: 'finished', channel: 1 })[0] as Buffer;
    frame.writeUInt32LE(0x7fff_ffff, 0);
    expect(() => framesOf(frame, [])).toThrow(ProtocolError);
  });
});

/** Functions and classes of the client that tell when anything of theirs runs. */
function alarmedTable() {
  const ran: string[] = [];
  class Account {
    constructor() {
      ran.push('constructor');
    }
    static create(): string {
      ran.push('static');
      return 'static';
    }
    get balance(): number {
      ran.push('getter');
      return 1;
    }
    [Symbol.toPrimitive](): string {
      ran.push('toPrimitive');
      return 'key';
    }
    *[Symbol.iterator](): Generator<number> {
      ran.push('iterator');
      yield 1;
    }
  }
  const alarm = (): string => {
    ran.push('function');
    return 'function';
  };
  const entries = [Account, alarm];
  return { ran, Account, alarm, table: { entries, indexOf: (value: unknown) => entries.indexOf(value as never) } };
}

const rich = (value: unknown): Uint8Array => Buffer.concat([Uint8Array.of(FORM.rich), serialize(value)]);

describe('bytes that are no values', () => {
  const { ran, Account, alarm, table } = alarmedTable();
  const values = [
    { nested: [1, 'two', 3n, new Map([[{ k: 1 }, new Set([1])]])] },
    Object.assign(Object.create(Account.prototype) as object, { owner: 'me', run: alarm }),
    Object.defineProperty({}, 'lazy', { get: alarm, enumerable: true }),
    new Float64Array([1, 2, 3]),
    new Error('failed', { cause: new RangeError('why') }),
    Object.freeze([1, undefined, 3]),
  ];

  it('are refused or give plain data, and run nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          ...values.flatMap((value) => [damaged(encodeValue(value, table)), damaged(encodeValues([value], table))]),
        ),
        (bytes) => {
          refusedOrFine(() => decodeValue(bytes, table), /^ValueDecodingError$/);
          refusedOrFine(() => decodeValues(bytes, table), /^ValueDecodingError$/);
          refusedOrFine(() => decodeThrown(bytes, table), /^ValueDecodingError$/);
        },
      ),
      RUNS,
    );
    expect(ran).toEqual([]);
  });

  it.each<[string, unknown]>([
    [
      'a function as the text of a key',
      {
        root: [0],
        nodes: [
          { kind: 'object', properties: [[[1], 1, 7]] },
          { kind: 'object', properties: [['toString', [2], 7]] },
          { kind: 'table', data: 1 },
        ],
      },
    ],
    [
      'an instance as a key',
      {
        root: [0],
        nodes: [
          { kind: 'object', properties: [[[1], 1, 7]] },
          { kind: 'object', of: 0 },
        ],
      },
    ],
    [
      'an instance as a buffer',
      {
        root: [0],
        nodes: [
          { kind: 'view', data: ['Uint8Array', [1], 0, 1] },
          { kind: 'object', of: 0 },
        ],
      },
    ],
    ['an entry that there is not', { root: [0], nodes: [{ kind: 'table', data: 7 }] }],
    ['an entry by a name', { root: [0], nodes: [{ kind: 'table', data: 'constructor' }] }],
    ['a class that is a function', { root: [0], nodes: [{ kind: 'object', of: 1 }] }],
    ['nodes that refer to nothing', { root: [5], nodes: [] }],
  ])('made by hand are refused: %s', (_, value) => {
    expect(() => decodeValue(rich(value), table)).toThrow(/encoded/);
    expect(ran).toEqual([]);
  });

  it('cannot change what the client itself has shipped', () => {
    const changed = {
      root: [0],
      nodes: [{ kind: 'table', data: 0, properties: [['create', 'replaced', 7]], prototype: null, integrity: 3 }],
    };
    expect(decodeValue(rich(changed), table)).toBe(Account);
    expect(Object.isFrozen(Account)).toBe(false);
    expect(typeof Account.create).toBe('function');
    expect(Object.getPrototypeOf(Account)).toBe(Function.prototype);
  });

  it('cannot change the prototypes of the language', () => {
    const polluted = {
      root: [0],
      nodes: [
        { kind: 'object', properties: [['__proto__', [1], 7]] },
        { kind: 'object', properties: [['polluted', true, 7]] },
      ],
    };
    decodeValue(rich(polluted), table);
    expect('polluted' in {}).toBe(false);
  });
});

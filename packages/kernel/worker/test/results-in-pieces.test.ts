import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeReply,
  encodedValuesOf,
  encodeReply,
  type Frame,
  FrameReader,
  ResultsInPieces,
  spilledBodyOf,
  type WorkerReply,
} from '../src/protocol/index.ts';
import { decodeValues, EncodedValues, ValueBatch } from '../src/values/index.ts';

const stats = { startedAt: [1, 1], duration: [2, 2], cpuTime: 3, peakMemoryBytes: 4, worker: 'host/1', cold: false };

function received(reply: WorkerReply): WorkerReply[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (const piece of encodeReply(reply)) reader.push(piece);
  return frames.map((frame) => decodeReply(frame));
}

describe('results in pieces', () => {
  it('are the same bytes as results in one, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.jsonValue(), fc.uint8Array(), fc.string())), (values) => {
        const batch = new ValueBatch();
        for (const value of values) batch.add(value);
        expect(Buffer.concat(batch.finishPieces())).toEqual(Buffer.from(batch.finish()));
      }),
    );
  });

  it('arrive as ordinary results, large ones without having been copied by the sender', () => {
    const large = new Uint8Array(300_000).fill(7);
    const batch = new ValueBatch();
    batch.add(large);
    batch.add({ a: 1 });
    const pieces = batch.finishPieces();
    expect(pieces).toContain(large);
    const event = new ResultsInPieces([3, 4], pieces, stats);
    const [reply, ...more] = received({ type: 'event', channel: 1, event });
    expect(more).toEqual([]);
    const result = reply?.type === 'event' && reply.event.type === 'result' ? reply.event : undefined;
    expect(result?.calls).toEqual([3, 4]);
    expect(decodeValues(result?.values ?? new Uint8Array())).toEqual([large, { a: 1 }]);
    expect(decodeValues(event.values)).toEqual([large, { a: 1 }]);
  });

  it('travel with the end of their invocation', () => {
    const batch = new ValueBatch();
    batch.add(1);
    batch.add(undefined);
    const results = { type: 'result', calls: [0, 1], values: batch.finish(), stats } as const;
    const [reply] = received({ type: 'finished', channel: 2, results });
    expect(reply).toMatchObject({ type: 'finished', channel: 2, results: { calls: [0, 1], stats } });
    expect(received({ type: 'finished', channel: 2 })).toEqual([{ type: 'finished', channel: 2 }]);
  });

  it('arrive with the last in a buffer of its own, which the first to ask gets', () => {
    for (const large of [new Uint8Array(300_000).fill(7), Buffer.alloc(300_000, 8)]) {
      const batch = new ValueBatch();
      for (const value of [undefined, { a: 1 }, large, 'behind it']) batch.add(value);
      const four = { ...stats, startedAt: [1, 1, 1, 1], duration: [2, 2, 2, 2] };
      const event = new ResultsInPieces([3, 4, 5, 6], batch.finishPieces(), four);
      expect(event.body).toBe(large);
      const place = { offset: 4096, length: large.byteLength };
      const frames: Frame[] = [];
      const reader = new FrameReader((frame) => frames.push(frame));
      for (const piece of encodeReply({ type: 'finished', channel: 1, results: event }, place)) reader.push(piece);
      const [frame] = frames as [Frame];
      expect(spilledBodyOf(frame)).toEqual(place);
      expect(() => decodeReply(frame)).toThrow('without the last of them');
      // As what reads the shared file makes it.
      const own = Buffer.allocUnsafeSlow(large.byteLength);
      own.set(large);
      const reply = decodeReply(frame, own);
      const results = reply.type === 'finished' ? reply.results : undefined;
      if (results === undefined) throw new Error('no results');
      expect(decodeValues(results.values)).toEqual([undefined, { a: 1 }, large, 'behind it']);
      const values = encodedValuesOf(results);
      expect([values.length, values.byteLength]).toEqual([4, Buffer.concat(batch.finishPieces()).byteLength]);
      expect([0, 1, 2, 3].map((position) => values.byteLengthOf(position))).toEqual([
        0,
        batch.finishPieces()[1]?.byteLength,
        300_001,
        9,
      ]);
      const first = values.get(2) as Uint8Array;
      const second = values.get(2) as Uint8Array;
      expect(first.buffer).toBe(own.buffer);
      expect(second.buffer).not.toBe(own.buffer);
      expect([first, second]).toEqual([large, large]);
      expect([values.get(0), values.get(1), values.get(3)]).toEqual([undefined, { a: 1 }, 'behind it']);
      // What it was encoded as is there for who forwards it.
      expect(values.encoded(2)).toEqual(Buffer.from(new EncodedValues(batch.finish()).encoded(2) ?? []));
      // Relayed, it is in one piece again.
      const [relayed] = received({ type: 'event', channel: 1, event: results });
      const relayedEvent = relayed?.type === 'event' && relayed.event.type === 'result' ? relayed.event : undefined;
      expect(decodeValues(relayedEvent?.values ?? new Uint8Array())[2]).toEqual(large);
    }
  });

  it('are refused when what follows them is not the last of them', () => {
    const batch = new ValueBatch();
    batch.add(new Uint8Array(300_000));
    const [head, form, body] = batch.finishPieces() as [Uint8Array, Uint8Array, Uint8Array<ArrayBuffer>];
    const bytes = new Uint8Array(Buffer.concat([head, form]));
    expect(new EncodedValues(bytes, body).get(0)).toEqual(body);
    for (const wrong of [body.slice(1), new Uint8Array(body.byteLength + 1), new Uint8Array()])
      expect(() => new EncodedValues(bytes, wrong)).toThrow(/cut short|not what follows/);
  });
});

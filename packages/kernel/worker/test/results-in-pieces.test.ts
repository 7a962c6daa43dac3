import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeReply, encodeReply, type Frame, FrameReader, type WorkerReply } from '../src/protocol/index.ts';
import { ResultsInPieces } from '../src/protocol/results-in-pieces.ts';
import { decodeValues, ValueBatch } from '../src/values/index.ts';

const stats = { startedAt: [1, 1], duration: [2, 2], cpuTime: 3, peakMemoryBytes: 4, worker: 'host/1', cold: false };

function received(reply: WorkerReply): WorkerReply[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (const piece of encodeReply(reply)) reader.push(piece);
  return frames.map(decodeReply);
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
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, FrameReader } from './frame.ts';
import { ProtocolError } from './protocol-error.ts';

const frames = fc.array(
  fc.record({
    type: fc.integer({ min: 0, max: 255 }),
    channel: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    meta: fc.jsonValue(),
    payload: fc.uint8Array({ maxLength: 300 }),
  }),
  { maxLength: 8 },
);

describe('FrameReader', () => {
  it('gives back every frame, wherever the stream is cut', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }), (sent, cuts) => {
        const bytes = Buffer.concat(
          sent.flatMap((frame) => encodeFrame(frame.type, frame.channel, frame.meta, [frame.payload])),
        );
        const received: Frame[] = [];
        const reader = new FrameReader((frame) => received.push(frame));
        for (let offset = 0, i = 0; offset < bytes.length; i++) {
          const length = cuts[i % cuts.length] ?? 1;
          reader.push(bytes.subarray(offset, offset + length));
          offset += length;
        }
        expect(reader.atBoundary).toBe(true);
        expect(received.map((frame) => ({ ...frame, payload: Array.from(frame.payload) }))).toEqual(
          sent.map((frame) => ({
            ...frame,
            meta: JSON.parse(JSON.stringify(frame.meta)),
            payload: Array.from(frame.payload),
          })),
        );
      }),
    );
  });

  it('keeps the payload of one frame apart from the bytes of the next chunk', () => {
    const received: Frame[] = [];
    const reader = new FrameReader((frame) => received.push(frame));
    const bytes = Buffer.concat(encodeFrame(1, 1, null, [new Uint8Array(1000).fill(7)]));
    for (let offset = 0; offset < bytes.length; offset += 100) {
      const chunk = Buffer.from(bytes.subarray(offset, offset + 100));
      reader.push(chunk);
      chunk.fill(0);
    }
    expect(received[0]?.payload.every((byte) => byte === 7)).toBe(true);
  });

  it.each([
    ['text of another program', Buffer.from('Debugger attached.\n')],
    ['a length below the header', Buffer.from([1, 0, 0, 0, 0xf7])],
    ['a meta longer than the frame', sealed([0xf7, 1, 0, 0, 0, 0, 255, 0, 0, 0])],
    ['meta that is no value', sealed([0xf7, 1, 0, 0, 0, 0, 2, 0, 0, 0, 1, 1])],
    ['a frame without its seal', Buffer.from([14, 0, 0, 0, 0xf7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ])('refuses %s', (_, bytes) => {
    const reader = new FrameReader(() => {});
    expect(() => reader.push(bytes)).toThrow(ProtocolError);
  });

  it('never takes the bytes of a later frame for those that an earlier one has lost', () => {
    const lost = fc.record({ frame: fc.nat(), at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) });
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 12 }),
        lost,
        (payloads, cut) => {
          const whole = payloads.map((payload, i) => Buffer.concat(encodeFrame(1, i, null, [payload])));
          const damaged = cut.frame % whole.length;
          const bytes = whole.map((frame, i) =>
            i === damaged ? frame.subarray(0, Math.floor(frame.length * cut.at)) : frame,
          );
          const received: Frame[] = [];
          const reader = new FrameReader((frame) => received.push(frame));
          try {
            reader.push(Buffer.concat(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
          for (const { channel, payload } of received) {
            expect(channel).not.toBe(damaged);
            expect(Array.from(payload)).toEqual(Array.from(payloads[channel] ?? []));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('knows when a stream ends inside a frame', () => {
    const reader = new FrameReader(() => {});
    const bytes = Buffer.concat(encodeFrame(1, 1, 'meta', []));
    reader.push(bytes.subarray(0, bytes.length - 1));
    expect(reader.atBoundary).toBe(false);
  });
});

/** A frame of that body, with the length before it and the seal behind it. */
function sealed(body: readonly number[]): Buffer {
  const frame = Buffer.from([0, 0, 0, 0, ...body, 0, 0, 0, 0]);
  const length = body.length + 4;
  frame.writeUInt32LE(length, 0);
  frame.writeUInt32LE((length ^ 0x9e37_79b9) >>> 0, frame.length - 4);
  return frame;
}

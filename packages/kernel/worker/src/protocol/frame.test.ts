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
    ['a meta longer than the frame', Buffer.from([10, 0, 0, 0, 0xf7, 1, 0, 0, 0, 0, 255, 0, 0, 0])],
    ['meta that is no value', Buffer.from([12, 0, 0, 0, 0xf7, 1, 0, 0, 0, 0, 2, 0, 0, 0, 1, 1])],
  ])('refuses %s', (_, bytes) => {
    const reader = new FrameReader(() => {});
    expect(() => reader.push(bytes)).toThrow(ProtocolError);
  });

  it('knows when a stream ends inside a frame', () => {
    const reader = new FrameReader(() => {});
    const bytes = Buffer.concat(encodeFrame(1, 1, 'meta', []));
    reader.push(bytes.subarray(0, bytes.length - 1));
    expect(reader.atBoundary).toBe(false);
  });
});

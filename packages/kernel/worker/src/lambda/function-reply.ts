import { decodeReply, FrameReader, ProtocolError, type WorkerReply } from '../protocol/index.ts';

/** What a function answers whose runtime does not stream: the frames of its replies, for Lambda takes only JSON then. */
export interface BufferedReply {
  /** Base64. */
  readonly frames: string;
}

/**
 * The replies in a response, streamed as frames or buffered as {@link BufferedReply}, as its bytes come.
 * @throws ProtocolError
 */
export async function* decodeFunctionReplies(body: AsyncIterable<Uint8Array>): AsyncGenerator<WorkerReply, void, void> {
  const replies: WorkerReply[] = [];
  const reader = new FrameReader((frame) => replies.push(decodeReply(frame)));
  let buffered: Uint8Array[] | undefined;
  let started = false;
  for await (const chunk of body) {
    if (chunk.byteLength === 0) continue;
    // A frame has no letter in its fifth byte.
    if (!started && isText(chunk)) buffered = [];
    started = true;
    if (buffered !== undefined) buffered.push(chunk);
    else {
      reader.push(chunk);
      yield* replies.splice(0);
    }
  }
  if (buffered !== undefined) {
    reader.push(framesOf(Buffer.concat(buffered).toString()));
    yield* replies.splice(0);
  }
  if (!reader.atBoundary) throw new ProtocolError('the response ends in the middle of a frame');
}

const TEXT = Buffer.from('{"frames"');

function isText(chunk: Uint8Array): boolean {
  return Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(TEXT.length, chunk.byteLength)).equals(
    TEXT.subarray(0, chunk.byteLength),
  );
}

function framesOf(text: string): Uint8Array {
  let parsed: Partial<BufferedReply>;
  try {
    parsed = JSON.parse(text) as Partial<BufferedReply>; // looked at below
  } catch (cause) {
    throw new ProtocolError('the response of the function is cut short', { cause });
  }
  if (typeof parsed.frames !== 'string') throw new ProtocolError('the response of the function holds no frames');
  return Buffer.from(parsed.frames, 'base64');
}

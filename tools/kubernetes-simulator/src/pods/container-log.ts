import type Docker from 'dockerode';

const FRAME_HEAD_BYTES = 8;
const LAST_LINES = 80;
const LAST_BYTES = 2_048;

/** What a container has written to both of its outputs. */
export async function containerLog(container: Docker.Container, tailLines?: number): Promise<string> {
  const frames = await container.logs({
    stdout: true,
    stderr: true,
    ...(tailLines !== undefined && { tail: tailLines }),
  });
  let text = '';
  for (let at = 0; at + FRAME_HEAD_BYTES <= frames.length; ) {
    const length = frames.readUInt32BE(at + 4);
    text += frames.toString('utf8', at + FRAME_HEAD_BYTES, at + FRAME_HEAD_BYTES + length);
    at += FRAME_HEAD_BYTES + length;
  }
  return text;
}

/** The end of its log, as with `FallbackToLogsOnError`. */
export async function terminationMessage(container: Docker.Container): Promise<string> {
  const text = await containerLog(container, LAST_LINES);
  return Buffer.from(text).subarray(-LAST_BYTES).toString();
}

import { once } from 'node:events';
import { tmpdir } from 'node:os';
import type { Writable } from 'node:stream';
import type { BufferedReply } from './function-reply.ts';
import { type LambdaContext, LambdaWorker } from './lambda-worker.ts';
import { provideHome } from './provide-home.ts';

/** What Node's runtime of Lambda provides for functions that stream their responses. */
interface StreamingRuntime {
  streamifyResponse(
    handler: (event: unknown, response: Writable, context: LambdaContext) => Promise<void>,
  ): (event: unknown, context: LambdaContext) => Promise<unknown>;
}

provideHome();
const worker = new LambdaWorker(process.env, tmpdir());
const runtime = (globalThis as { readonly awslambda?: StreamingRuntime }).awslambda;

/** The handler of the function, `handler.handler`: streams its replies where the runtime can, else it gives them all at the end. */
export const handler: (event: unknown, context: LambdaContext) => Promise<unknown> =
  runtime?.streamifyResponse(streamed) ?? buffered;

async function streamed(event: unknown, response: Writable, context: LambdaContext): Promise<void> {
  // Whoever has gone is not told any more.
  response.on('error', () => {});
  await worker.run(event, context, async (bytes) => {
    if (response.destroyed || response.write(bytes)) return;
    await Promise.race([once(response, 'drain'), once(response, 'close')]);
  });
  await new Promise<void>((resolve) => response.end(resolve));
}

async function buffered(event: unknown, context: LambdaContext): Promise<BufferedReply> {
  const pieces: Uint8Array[] = [];
  await worker.run(event, context, (bytes) => void pieces.push(bytes));
  return { frames: Buffer.concat(pieces).toString('base64') };
}

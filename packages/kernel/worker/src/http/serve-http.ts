import { HttpWorker } from './http-worker.ts';
import { httpWorkerSettings } from './http-worker-settings.ts';

/** The program `node worker.mjs --http`: serves until it is told to end. */
export async function serveHttp(): Promise<void> {
  let worker: HttpWorker;
  try {
    worker = await HttpWorker.start(httpWorkerSettings(process.env));
  } catch (error) {
    process.stderr.write(`lithops worker: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
  process.stdout.write(`lithops worker: listening on port ${worker.port}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void worker.close().then(() => process.exit(0)));
  }
}

import type { ServerResponse } from 'node:http';
import type { JournalLibrary } from '../history/journal-library.ts';
import type { OpenJob } from '../history/open-job.ts';
import { HttpError } from './http-error.ts';

/** Pages are told of changes so often, ms: many changes are one event. */
const TICK_MS = 400;
/** And that the server is still there so often, in ticks. */
const HEARTBEAT_TICKS = 35;
const MOST_STREAMS = 24;

interface Stream {
  readonly response: ServerResponse;
  /** Looks for the job that the page is about: its journal may be read later. */
  readonly find: () => OpenJob | undefined;
  job: OpenJob | undefined;
  revision: number;
  version: number;
  silentTicks: number;
}

/** Server-sent events: `overview` with the jobs that have changed, and `job` with what is known of the one looked at. */
export class EventStreams implements Disposable {
  readonly #library: JournalLibrary;
  readonly #streams = new Set<Stream>();
  #timer: NodeJS.Timeout | undefined;

  constructor(library: JournalLibrary) {
    this.#library = library;
  }

  /** @throws HttpError 503 when there are too many */
  open(response: ServerResponse, find: () => OpenJob | undefined): void {
    if (this.#streams.size >= MOST_STREAMS)
      throw new HttpError(503, `${MOST_STREAMS} pages are open; close one of them`);
    const stream: Stream = { response, find, job: undefined, revision: 0, version: 0, silentTicks: 0 };
    this.#streams.add(stream);
    response.once('close', () => this.#close(stream));
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    this.#tell(stream, true);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
  }

  [Symbol.dispose](): void {
    for (const stream of this.#streams) stream.response.end();
    clearInterval(this.#timer);
  }

  #close(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    if (stream.job !== undefined) stream.job.watchers--;
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    // Who does not read fast enough is told less often.
    for (const stream of this.#streams) if (!stream.response.writableNeedDrain) this.#tell(stream, false);
  }

  #tell(stream: Stream, always: boolean): void {
    const { response } = stream;
    const job = watchedJob(stream);
    let text = '';
    const { revision } = this.#library;
    if (always || revision > stream.revision) {
      text += event('overview', this.#library.changesSince(stream.revision));
      stream.revision = revision;
    }
    if (job !== undefined && job.version !== stream.version) {
      text += event('job', job.detail() ?? null);
      stream.version = job.version;
    }
    if (text === '' && ++stream.silentTicks < HEARTBEAT_TICKS) return;
    stream.silentTicks = 0;
    response.write(text === '' ? ': still here\n\n' : text);
  }
}

function watchedJob(stream: Stream): OpenJob | undefined {
  if (stream.job !== undefined) return stream.job;
  stream.job = stream.find();
  if (stream.job !== undefined) stream.job.watchers++;
  return stream.job;
}

/** JSON has no line breaks. */
function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

import type { EventRecord } from '@lithops/worker/protocol';

/**
 * Where the events of detached work come from: a log in storage, see `EventRecord`. The one that is there reads the
 * storage itself, and learns of new records sooner where workers can tell of them: see `NoticeBoard`.
 */
export interface CompletionChannel extends AsyncDisposable {
  /**
   * The records of a log from its start, each once and in order, as they come, until the signal. Between them `silent`
   * each time that the storage was looked at, with how long no sign of life has been seen, in ms; undefined before the first.
   */
  follow(log: string, signal: AbortSignal): AsyncIterable<EventRecord | { readonly silentMs: number | undefined }>;
}

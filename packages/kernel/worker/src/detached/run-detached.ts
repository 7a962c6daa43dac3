import type { CallEvent } from '../call-event.ts';
import type { InvocationRunner } from '../pool/invocation-runner.ts';
import type { WorkerDied } from '../pool/worker-died.ts';
import {
  aliveKey,
  decodeStoredInvocation,
  decodeStoredModule,
  ProtocolError,
  type WorkerReply,
} from '../protocol/index.ts';
import { EventLog } from '../run/event-log.ts';
import { type JobStore, jobStoreOf, openNotices } from '../run/job-store.ts';
import { RecordedEvents } from '../run/recorded-events.ts';
import { NoticeSender } from '../run/worker-notices.ts';
import type { DetachedRequest } from './detached-request.ts';

const CHANNEL = 1;

/**
 * Runs an invocation that nobody listens to: its events go into its log, with signs of life beside it. Ends when every
 * call is answered there, or when the log was closed, which kills the work.
 * @param pool runs the user's code in processes of its own, so that signs of life go on whatever that does
 * @param cancelled kills the work
 * @param mostMs what the platform gives the invocation
 * @throws what kept the invocation from being read, or its log from being written
 */
export async function runDetached(
  request: DetachedRequest,
  pool: InvocationRunner,
  cancelled: AbortSignal = new AbortController().signal,
  mostMs: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  const store = jobStoreOf(request.task);
  const invocation = decodeStoredInvocation(await required(store, request.key));
  const module = decodeStoredModule(await required(store, request.moduleKey));
  // The child tells us, and we record.
  const { log: key, ...child } = invocation;
  if (key === undefined) throw new ProtocolError(`invocation ${invocation.id} has no log`);
  const sender =
    request.notices === undefined ? undefined : new NoticeSender(openNotices(request.task, request.notices));
  const log = new EventLog(store, key, (record) => sender?.tell(record));
  // The platform has run it before: to its end, or somebody has given it up.
  if (!(await log.open())) return;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, cancelled]);
  const events = new RecordedEvents(log, {
    tell: () => {},
    closed: () => stop.abort(),
    announceMs: request.heartbeatMs,
  });
  const beats = startBeats(store, key, log, request.heartbeatMs, () => stop.abort());
  try {
    const limitMs = Math.min(child.limitMs ?? mostMs, mostMs);
    const limited = limitMs === Number.POSITIVE_INFINITY ? child : { ...child, limitMs };
    const end = await follow(pool.run({ ...limited, task: request.task }, module, signal), events);
    await events.finish();
    if (!signal.aborted) await log.append([end]);
  } finally {
    clearInterval(beats);
    await sender?.close();
  }
}

async function follow(run: AsyncIterable<CallEvent>, events: RecordedEvents): Promise<WorkerReply> {
  try {
    for await (const event of run) events.emit(event);
    return { type: 'finished', channel: CHANNEL };
  } catch (error) {
    return { type: 'lost', channel: CHANNEL, death: (error as WorkerDied).death }; // a pool's run fails with nothing else
  }
}

/** Shows that we live, and looks whether the log was closed: a call that tells nothing would not notice. */
function startBeats(
  store: JobStore,
  key: string,
  log: EventLog,
  everyMs: number,
  onClosed: () => void,
): NodeJS.Timeout {
  let beat = 0;
  const show = async () => {
    await store.put(aliveKey(key), Buffer.from(String(++beat)));
    if (await log.isClosed()) onClosed();
  };
  void show().catch(() => {});
  return setInterval(() => void show().catch(() => {}), everyMs); // a beat that is lost is followed by another
}

async function required(store: JobStore, key: string): Promise<Uint8Array> {
  const bytes = await store.find(key);
  if (bytes === undefined) throw new Error(`there is no object '${key}' any more: its job was cleaned`);
  return bytes;
}

import type { Invocation } from '../invocation.ts';
import { EventLog } from './event-log.ts';
import type { ExecutionHost } from './invocation-execution.ts';
import { jobStoreOf } from './job-store.ts';
import { RecordedEvents } from './recorded-events.ts';

/** The same host, but for a log in storage that comes first, where the invocation has one. */
export function recordingHost({ log, task }: Invocation, host: ExecutionHost): ExecutionHost {
  if (log === undefined) return host;
  const events = new RecordedEvents(new EventLog(jobStoreOf(task), log), { tell: (event) => host.emit(event) });
  const { end } = host;
  return {
    ...host,
    // They are kept until they are recorded.
    writesAtOnce: false,
    emit: (event) => events.emit(event),
    settled: () => events.settled(),
    ...(end !== undefined && {
      end: (last) => {
        if (last !== undefined) events.emit(last);
        void events.settled().then(() => end(undefined));
      },
    }),
  };
}

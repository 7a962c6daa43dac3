import { ServiceError } from '../api/service-error.ts';
import type { LogEvent, LogStore } from './log-store.ts';

interface LogsRequest {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
  readonly logStreamName?: string;
  readonly logStreamNames?: readonly string[];
  readonly logStreamNamePrefix?: string;
  readonly logGroupNamePrefix?: string;
  readonly filterPattern?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly startFromHead?: boolean;
  readonly limit?: number;
  readonly nextToken?: string;
}

const PAGE = 10_000;
const PREFIX = 'Logs_20140328.';

/** What there is of CloudWatch Logs: reading what functions have printed. */
export class LogsApi {
  readonly #store: LogStore;

  constructor(store: LogStore) {
    this.#store = store;
  }

  /** `target` is the header X-Amz-Target, if there is one: undefined when the request is for another service. */
  answer(target: string | undefined, body: Buffer): object | undefined {
    if (target === undefined || !target.startsWith(PREFIX)) return undefined;
    const request: LogsRequest = JSON.parse(body.toString('utf8'));
    switch (target.slice(PREFIX.length)) {
      case 'FilterLogEvents':
        return this.#filter(request);
      case 'GetLogEvents':
        return this.#get(request);
      case 'DescribeLogGroups':
        return {
          logGroups: this.#store.groups
            .filter((name) => name.startsWith(request.logGroupNamePrefix ?? ''))
            .map((logGroupName) => ({ logGroupName })),
        };
      case 'DescribeLogStreams':
        return { logStreams: this.#streams(request) };
      case 'DeleteLogGroup':
        if (!this.#store.remove(groupOf(request))) throw noGroup();
        return {};
      default:
        throw new ServiceError('UnknownOperationException', `this simulator does not have ${target}`);
    }
  }

  #filter(request: LogsRequest): object {
    const {
      startTime = 0,
      endTime = Number.POSITIVE_INFINITY,
      logStreamNames,
      logStreamNamePrefix,
      limit = PAGE,
    } = request;
    const matches = filterOf(request.filterPattern ?? '');
    const found = this.#events(request).filter(
      ({ timestamp, stream, message }) =>
        timestamp >= startTime &&
        timestamp <= endTime &&
        (logStreamNames === undefined || logStreamNames.includes(stream)) &&
        (logStreamNamePrefix === undefined || stream.startsWith(logStreamNamePrefix)) &&
        matches(message),
    );
    const from = Number(request.nextToken ?? 0);
    const to = from + limit;
    return {
      events: found
        .slice(from, to)
        .map((event) => ({ ...shown(event), logStreamName: event.stream, eventId: event.eventId })),
      searchedLogStreams: [],
      ...(to < found.length ? { nextToken: String(to) } : {}),
    };
  }

  #get(request: LogsRequest): object {
    const { startTime = 0, endTime = Number.POSITIVE_INFINITY, logStreamName, limit = PAGE } = request;
    const events = this.#events(request).filter(({ stream }) => stream === logStreamName);
    if (events.length === 0)
      throw new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.', {}, 400);
    const found = events.filter(({ timestamp }) => timestamp >= startTime && timestamp < endTime);
    const head = request.nextToken?.startsWith('f/') === true || request.startFromHead === true;
    const from =
      request.nextToken !== undefined
        ? Number(request.nextToken.slice(2))
        : head
          ? 0
          : Math.max(0, found.length - limit);
    const page = found.slice(from, from + limit);
    return {
      events: page.map(shown),
      nextForwardToken: `f/${from + page.length}`,
      nextBackwardToken: `b/${Math.max(0, from - limit)}`,
    };
  }

  #streams(request: LogsRequest): object[] {
    const streams = new Map<string, LogEvent[]>();
    for (const event of this.#events(request)) streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
    return [...streams]
      .filter(([name]) => name.startsWith(request.logStreamNamePrefix ?? ''))
      .map(([logStreamName, events]) => ({
        logStreamName,
        firstEventTimestamp: events[0]?.timestamp,
        lastEventTimestamp: events.at(-1)?.timestamp,
      }));
  }

  #events(request: LogsRequest): readonly LogEvent[] {
    const events = this.#store.read(groupOf(request));
    if (events === undefined) throw noGroup();
    return events;
  }
}

function groupOf({ logGroupName, logGroupIdentifier }: LogsRequest): string {
  return logGroupName ?? logGroupIdentifier?.replace(/^arn:.*:log-group:/, '') ?? '';
}

/** Terms that all have to occur, quoted ones with spaces; `?` before one makes it one of several. */
function filterOf(pattern: string): (message: string) => boolean {
  const terms = [...pattern.matchAll(/(\??)(-?)(?:"([^"]*)"|(\S+))/g)].map(([, any, not, quoted, word]) => ({
    any: any === '?',
    not: not === '-',
    text: quoted ?? word ?? '',
  }));
  const some = terms.filter(({ any }) => any);
  const all = terms.filter(({ any }) => !any);
  return (message) =>
    all.every(({ not, text }) => message.includes(text) !== not) &&
    (some.length === 0 || some.some(({ text }) => message.includes(text)));
}

function shown({ timestamp, message }: LogEvent): object {
  return { timestamp, message, ingestionTime: timestamp };
}

function noGroup(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.', {}, 400);
}

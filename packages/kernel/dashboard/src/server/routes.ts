import { errorGroups, workersOf } from '../history/job-tables.ts';
import type { OpenJob } from '../history/open-job.ts';
import type { OpenJobs } from '../history/open-jobs.ts';
import { timelineOf } from '../history/timeline.ts';
import { callDetail, callPage } from './call-answers.ts';
import { callSelection, oneOf, wholeNumber } from './call-query.ts';
import { HttpError } from './http-error.ts';

const MOST_CALLS_OF_PAGE = 500;
const MOST_LOG_PIECES = 1000;

type Answer = (job: OpenJob, query: URLSearchParams, rest: string | undefined) => unknown;

/** What is asked about a job, by the name after its id in the path. */
const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['', (job) => job.detail()],
  [
    'calls',
    (job, query, call) => {
      if (call !== undefined) return callDetail(job, wholeNumber(call, 'call', {}));
      const from = wholeNumber(query.get('from'), 'from', { otherwise: 0 });
      const most = MOST_CALLS_OF_PAGE;
      const count = wholeNumber(query.get('count'), 'count', { least: 1, most, otherwise: 100 });
      return callPage(job, callSelection(query), from, count);
    },
  ],
  ['timeline', (job, query) => timelineOf(job.table, oneOf(query, 'by', ['worker', 'call'], 'worker'), job)],
  ['errors', (job) => errorGroups(job.table)],
  ['workers', (job) => workersOf(job.table, job)],
  [
    'logs',
    (job, query) => {
      const after = wholeNumber(query.get('after'), 'after', { least: -1, otherwise: -1 });
      return job.logs.page(after, MOST_LOG_PIECES);
    },
  ],
]);

/**
 * Answers `/api/jobs/<executorId>/<jobId>[/<what>[/<call>]]`. Nothing of it names a file.
 * @throws HttpError
 */
export async function answer({ pathname, searchParams }: URL, jobs: OpenJobs): Promise<unknown> {
  const [api, collection, executorId, jobId, what = '', rest, ...more] = pathname.slice(1).split('/').map(decoded);
  const known = api === 'api' && collection === 'jobs' && executorId !== undefined && jobId !== undefined;
  const find = ANSWERS.get(what);
  if (!known || find === undefined || more.length > 0 || (rest !== undefined && what !== 'calls'))
    throw new HttpError(404, 'there is no such page');
  const job = jobs.get(executorId, jobId);
  if (job === undefined) throw new HttpError(404, `there is no job ${jobId} of executor ${executorId} in the journals`);
  await job.ready;
  return find(job, searchParams, rest);
}

/** @throws HttpError 400 */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, 'the address is malformed');
  }
}

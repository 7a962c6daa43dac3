import { listJournals } from '@lithops/core/journal';
import type { JobSummary, OverviewChange } from '../view/job-view.ts';
import { FollowedJournal } from './followed-journal.ts';

/** It is looked so often for new journals and for programs that have ended, ms. */
const LOOK_MS = 1000;
/** So many jobs are listed, the newest. */
const MOST_JOBS = 2000;
/** Ids of jobs that have gone are remembered for pages that ask later. */
const MOST_GONE = 2000;

/** All journals of a folder in outline, live and past: the list of jobs, and what has changed of it. */
export class JournalLibrary implements AsyncDisposable {
  readonly #folder: string;
  readonly #firstRead = Promise.withResolvers<void>();
  readonly #journals = new Map<string, FollowedJournal>();
  /** Ids of the jobs listed, and the revision that changed them. */
  readonly #listed = new Map<string, { revision: number; readonly journal: FollowedJournal; readonly jobId: string }>();
  readonly #gone = new Map<string, number>();
  /** What was before it cannot be told as a change. */
  #oldest = 0;
  #revision = 0;
  #unlisted = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads the newest journal at once; older ones, and all that comes, in the background. */
  async open(): Promise<void> {
    this.#looking = this.#look().finally(() => this.#lookLater());
    await Promise.race([this.#looking, this.#firstRead.promise]);
  }

  get revision(): number {
    return this.#revision;
  }

  /** What has changed after a revision; everything for 0, and for one that was too long ago. */
  changesSince(revision: number): OverviewChange {
    const first = revision === 0 || revision < this.#oldest;
    const jobs: JobSummary[] = [];
    for (const { revision: changed, journal, jobId } of this.#listed.values()) {
      const summary = first || changed > revision ? journal.summary(jobId) : undefined;
      if (summary !== undefined) jobs.push(summary);
    }
    const gone = first ? [] : [...this.#gone].filter(([, at]) => at > revision).map(([id]) => id);
    const dropped = [...this.#journals.values()].reduce((sum, journal) => sum + journal.dropped, 0);
    return { first, jobs, gone, unlisted: this.#unlisted + dropped, now: Date.now() };
  }

  /** The journal that a job is in. */
  find(executorId: string, jobId: string): FollowedJournal | undefined {
    const listed = this.#listed.get(`${executorId}/${jobId}`);
    if (listed !== undefined) return listed.journal;
    return [...this.#journals.values()].find((journal) => journal.file.executorId === executorId && journal.has(jobId));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const closing = [...this.#journals.values()].map((journal) => journal.close());
    await Promise.allSettled([...closing, this.#looking]);
    // What was opened meanwhile.
    await Promise.allSettled([...this.#journals.values()].map((journal) => journal.close()));
  }

  #lookLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => this.#lookLater());
    }, LOOK_MS);
  }

  async #look(): Promise<void> {
    const files = listJournals(this.#folder);
    const paths = new Set(files.map(({ path }) => path));
    for (const [path, journal] of this.#journals) {
      if (paths.has(path)) {
        if (journal.live) journal.look();
      } else {
        await journal.close();
        this.#journals.delete(path);
        for (const [id, listed] of this.#listed) if (listed.journal === journal) this.#remove(id);
      }
    }
    for (const file of files) {
      if (this.#closed) return;
      if (this.#journals.has(file.path)) continue;
      const journal = new FollowedJournal(file, (jobIds) => this.#changed(journal, jobIds));
      this.#journals.set(file.path, journal);
      // One at a time; what is no journal, or of a later version, has no jobs to list.
      await journal.open().catch(() => {});
      this.#firstRead.resolve();
    }
  }

  #changed(journal: FollowedJournal, jobIds: ReadonlySet<string>): void {
    const revision = ++this.#revision;
    for (const jobId of jobIds) {
      const id = `${journal.file.executorId}/${jobId}`;
      const listed = this.#listed.get(id);
      // Who attaches to a job keeps a journal of it as well: the newest counts.
      const newer = listed === undefined || listed.journal.file.createdAt < journal.file.createdAt;
      if (listed !== undefined && !newer) listed.revision = revision;
      else if (journal.has(jobId)) this.#listed.set(id, { revision, journal, jobId });
    }
    for (const [id, { journal: owner, jobId }] of this.#listed) if (!owner.has(jobId)) this.#remove(id);
    if (this.#listed.size > MOST_JOBS) this.#shorten();
  }

  #shorten(): void {
    const all = [...this.#listed].map(([id, { journal, jobId }]) => ({ id, summary: journal.summary(jobId) }));
    const over = all.filter(({ summary }) => summary?.status !== 'running');
    over.sort((a, b) => (a.summary?.submittedAt ?? 0) - (b.summary?.submittedAt ?? 0));
    for (const { id } of over.slice(0, this.#listed.size - MOST_JOBS)) {
      this.#remove(id);
      this.#unlisted++;
    }
  }

  #remove(id: string): void {
    this.#listed.delete(id);
    this.#gone.set(id, ++this.#revision);
    for (const [gone, revision] of this.#gone) {
      if (this.#gone.size <= MOST_GONE) return;
      this.#gone.delete(gone);
      this.#oldest = revision;
    }
  }
}

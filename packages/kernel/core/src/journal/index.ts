/**
 * Journals of executors, as files: what `lithops logs`, `lithops job` and the dashboard read.
 * @packageDocumentation
 */
export { type FollowOptions, followJournal } from './follow-journal.ts';
export {
  type CallEndedEntry,
  type CallLogEntry,
  type CallRetriedEntry,
  type CallStartedEntry,
  type ExecutorClosedEntry,
  type ExecutorEntry,
  JOURNAL_VERSION,
  type JobEntry,
  type JobProgressEntry,
  type JournalEntry,
  type JournalError,
} from './journal-entry.ts';
export { type JournalFile, journalFolder, listJournals, removeJournals } from './journal-folder.ts';
export { type ExecutorStatus, type JournalCall, JournalHistory, type JournalJob } from './journal-history.ts';

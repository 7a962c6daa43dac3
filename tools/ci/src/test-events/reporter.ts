import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import type { Check } from '../check.ts';
import type { TestEvent } from './test-event.ts';

/** The environment's variable that names the file which the events are appended to. */
export const EVENTS_FILE = 'LITHOPS_TEST_EVENTS';

/** Tells of each test as it ends, a line of JSON each: vitest's own report is written when all have ended, or never. */
export default class TestEventsReporter implements Reporter {
  readonly #path = process.env[EVENTS_FILE] ?? '';

  onTestModuleQueued(module: TestModule): void {
    this.#tell({ event: 'begun', file: module.relativeModuleId, at: Date.now() });
  }

  onTestCaseResult(test: TestCase): void {
    this.#check(test.module, checkOf(test));
  }

  onTestSuiteResult(suite: TestSuite): void {
    for (const { message, stack } of suite.errors())
      this.#check(suite.module, { name: suite.fullName, outcome: 'failed', detail: stack ?? message });
  }

  onTestModuleEnd(module: TestModule): void {
    const name = module.relativeModuleId;
    for (const { message, stack } of module.errors())
      this.#check(module, { name, outcome: 'failed', detail: stack ?? message });
    this.#tell({ event: 'ended', file: name, at: Date.now() });
  }

  #check(module: TestModule, check: Check): void {
    this.#tell({ event: 'checked', file: module.relativeModuleId, at: Date.now(), check });
  }

  #tell(event: TestEvent): void {
    appendFileSync(this.#path, `${JSON.stringify(event)}\n`);
  }
}

function checkOf(test: TestCase): Check {
  const { fullName: name } = test;
  const { state, errors } = test.result();
  if (state === 'passed') return { name, outcome: 'passed' };
  // A test that was collected and never ended has not been seen to hold.
  if (state === 'pending') return { name, outcome: 'failed', detail: 'it did not end' };
  return { name, outcome: state, detail: (errors ?? []).map(({ message, stack }) => stack ?? message).join('\n') };
}

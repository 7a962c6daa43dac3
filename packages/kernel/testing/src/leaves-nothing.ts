import { deepStrictEqual } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from './eventually.ts';

const SETTLING_MS = 150;

/**
 * Runs something twice and checks that after the second time this process holds nothing that it did not hold after
 * the first: no child process, and no handle, socket or timer that keeps it alive.
 */
export async function leavesNothing(run: () => Promise<void>): Promise<void> {
  // What is started once for a process, and stays, is started now.
  await run();
  const before = await settledHoldings();
  await run();
  await eventually(() => deepStrictEqual(newOnes(before, holdings()), []));
}

/** What test runners hold for a moment would pass for what is left later. */
async function settledHoldings(): Promise<string[]> {
  let before = holdings();
  await eventually(async () => {
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    const now = holdings();
    const settled = newOnes(now, before).length === 0;
    before = now;
    deepStrictEqual(settled, true, 'this process does not come to rest');
  });
  return before;
}

function holdings(): string[] {
  return [...process.getActiveResourcesInfo(), ...childProcesses()].sort();
}

function newOnes(before: readonly string[], after: readonly string[]): string[] {
  const known = [...before];
  return after.filter((entry) => {
    const index = known.indexOf(entry);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
}

/** The processes that this one has started, where the system tells. */
function childProcesses(): string[] {
  let threads: string[];
  try {
    threads = readdirSync('/proc/self/task');
  } catch {
    return [];
  }
  return threads.flatMap((thread) => childrenOf(thread)).map((pid) => `child process ${pid}`);
}

function childrenOf(thread: string): string[] {
  try {
    return readFileSync(`/proc/self/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter((pid) => pid !== '');
  } catch {
    // The thread has ended, or this kernel does not tell.
    return [];
  }
}

import type { CallEvent } from '@lithops/worker';
import { WorkerDied } from '@lithops/worker/pool';
import type { WorkerDeath } from '@lithops/worker/protocol';
import { MACHINE_LOST } from '../protocol/master-api.ts';
import { MachineLostError } from './machine-link.ts';
import type { MachineSlots, Slot } from './machine-slots.ts';
import type { Session } from './session.ts';
import type { SessionRun } from './session-run.ts';
import type { TaskSetups } from './task-setups.ts';

/** An invocation of one call is given to so many machines before it counts as one that takes its machine down. */
const MOST_MACHINES = 3;
/** How often the client is told which call runs, in ms. */
const LOOK_MS = 5;

export interface ExecutionParts {
  readonly slots: MachineSlots;
  readonly setups: TaskSetups;
  readonly log: (text: string) => void;
}

/**
 * Runs an invocation of a session on a machine, and tells the session what becomes of it. When the machine is lost, a call that
 * is alone in it goes to another one; several go back to the client, who knows which of them it has heard of.
 */
export async function executeRun(session: Session | undefined, channel: number, parts: ExecutionParts): Promise<void> {
  const run = session?.run(channel);
  if (session === undefined || run === undefined) return;
  const tell = (death: WorkerDeath) => session.tell({ type: 'lost', channel, death });
  for (let machines = 1; ; machines++) {
    const slot = await parts.slots.take(run.signal, run.invocation.priority ?? 0);
    if (slot === undefined) return;
    try {
      await runOn(slot, session, run, parts);
      if (run.signal.aborted) return;
      if (run.answered) return session.tell({ type: 'finished', channel });
      // Its worker was closed by us, because something else was wrong with it.
      throw new MachineLostError(`machine ${slot.machine} was given up while the invocation ran`);
    } catch (error) {
      if (run.signal.aborted) return;
      if (run.answered) return session.tell({ type: 'finished', channel });
      if (error instanceof WorkerDied && error.death.exitCode === undefined && error.death.signal === undefined) {
        // It could not even be started: the fault of the machine.
        parts.slots.rest(slot.machine, `cannot start processes: ${error.death.stderr}`);
      } else if (error instanceof WorkerDied) return tell(error.death);
      const stderr = error instanceof Error ? error.message : String(error);
      parts.log(`session ${session.meta.id}, invocation ${run.invocation.id}: ${stderr}`);
      if (run.invocation.calls.length > 1 || machines >= MOST_MACHINES)
        return tell({ oom: false, reason: MACHINE_LOST, stderr });
    } finally {
      slot.free();
    }
  }
}

async function runOn(slot: Slot, session: Session, run: SessionRun, { setups }: ExecutionParts): Promise<void> {
  const { channel } = run;
  const module = session.module(run.invocation.module);
  const invocation = setups.complete(run.invocation, (hash) => session.module(hash));
  const events = slot.link.run(invocation, module, run.signal);
  run.started(events);
  const timer =
    invocation.calls.length === 1
      ? undefined
      : setInterval(() => {
          const call = run.runningNow();
          if (call !== undefined) session.tell({ type: 'running', channel, call });
        }, LOOK_MS);
  try {
    for await (const event of events as AsyncIterable<CallEvent>) {
      session.tell({ type: 'event', channel, event });
      run.event(event);
    }
  } finally {
    clearInterval(timer);
  }
}

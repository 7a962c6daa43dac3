import type { JobCatalog, WorkerCatalog, WorkerRecord } from '@lithops/core/plugin';
import type { MachineStatus } from '../protocol/master-api.ts';
import { toLithopsError } from './lithops-error.ts';
import type { MasterAccess } from './master-access.ts';

/** The jobs that a cluster's master knows; none where no master runs. */
export function masterJobs(access: MasterAccess): JobCatalog {
  return {
    list: () => asked(async () => (await (await access.found())?.jobs()) ?? []),
    cancel: (key) => asked(async () => (await (await access.found())?.cancelJob(key)) ?? false),
  };
}

/** The machines of a cluster; none where no master runs. */
export function masterWorkers(access: MasterAccess): WorkerCatalog {
  return {
    list: () =>
      asked(async () => {
        const status = await (await access.found())?.status();
        if (status === undefined) return [];
        const busy = new Set(status.machines.map(({ name }) => name));
        const idle = status.specs.filter(({ name }) => !busy.has(name));
        return [
          ...status.machines.map(toRecord),
          ...idle.map(({ name }) => ({ name, state: 'idle' as const, processes: 0, running: 0 })),
        ];
      }),
  };
}

function toRecord({ container, ...status }: MachineStatus): WorkerRecord {
  return { ...status, ...(container !== undefined && { environment: container }) };
}

async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw toLithopsError(error);
  }
}

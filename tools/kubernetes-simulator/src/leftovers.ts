import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { CLUSTER_LABEL } from './pods/container-options.ts';

const START_TIME_FIELD = 19;

/** A name for a cluster that tells which process it belongs to, even when the process's number is used again. */
export async function clusterName(): Promise<string> {
  return `${process.pid}-${await startTime(process.pid)}-${randomBytes(4).toString('hex')}`;
}

/** Removes containers of clusters whose processes have ended without removing them. */
export async function removeLeftovers(docker: Docker): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters: { label: [CLUSTER_LABEL] } });
  await Promise.all(
    containers.map(async ({ Id, Labels }) => {
      const [pid = '', started] = (Labels[CLUSTER_LABEL] ?? '').split('-');
      if ((await startTime(Number(pid))) === started) return;
      // Another process may be at it too.
      await docker.getContainer(Id).remove({ force: true, v: true }).catch(ignoreGone);
    }),
  );
}

/** Undefined when there is no such process. */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_FIELD];
}

function ignoreGone(error: { readonly statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error as Error;
}

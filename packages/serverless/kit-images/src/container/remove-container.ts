import type Docker from 'dockerode';
import { statusOf } from '../engine/index.ts';

/** Ends a container and removes it with its anonymous volumes; resolves when it is gone, whoever removed it. */
export async function removeContainer(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return;
    // It is being removed already.
    if (status !== 409) throw error;
    await container.wait({ condition: 'removed' }).catch((gone: unknown) => {
      if (statusOf(gone) !== 404) throw gone;
    });
  }
}

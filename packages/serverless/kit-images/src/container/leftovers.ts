import type { PluginLogger } from '@lithops/core/plugin';
import type Docker from 'dockerode';
import { MACHINE_LABEL, machineId, PROCESS_LABEL, processId, ROLE_LABEL } from './container-labels.ts';
import { removeContainer } from './remove-container.ts';

/**
 * Removes containers whose client was killed before it could, and which did not end by themselves: because the engine was
 * down, say. Only those whose client ran on this machine, where it can be seen that it is gone.
 */
export async function removeLeftovers(docker: Docker, logger: PluginLogger): Promise<void> {
  const own = { label: [`${ROLE_LABEL}=worker`, `${MACHINE_LABEL}=${machineId()}`] };
  const containers = await docker.listContainers({ all: true, filters: JSON.stringify(own) });
  for (const { Id, Labels, Names } of containers) {
    const client = Labels[PROCESS_LABEL] ?? '';
    if (processId(Number.parseInt(client, 10)) === client) continue;
    logger.info(`removing container ${Names[0] ?? Id}, whose client has ended`);
    await removeContainer(docker.getContainer(Id));
  }
}

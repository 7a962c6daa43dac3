import { type SshMachines, type SshMachinesOptions, startSshMachines } from '@lithops-tools/services';
import { buildPrograms } from '../../standalone/build-master.ts';
import type { VmConfig } from '../src/index.ts';

export interface TestCluster extends SshMachines {
  /** A section for the first machine as master, with the others as workers. */
  section(more?: Partial<VmConfig>): VmConfig;
}

/** A master and so many workers, with nothing of ours on them. */
export async function startTestCluster(workers: number, options: SshMachinesOptions = {}): Promise<TestCluster> {
  await buildPrograms();
  const started = await startSshMachines(1 + workers, options);
  const [master, ...others] = started.machines;
  return {
    ...started,
    section: (more = {}) => ({
      ipAddress: '127.0.0.1',
      ...(master !== undefined && { sshPort: master.port }),
      sshUsername: started.username,
      sshKeyFilename: started.keyFile,
      knownHostsFile: started.knownHostsFile,
      ...(others.length > 0 && { workers: others.map(({ address }) => address) }),
      ...more,
    }),
  };
}

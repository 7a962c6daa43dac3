import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type SshMachines, type SshMachinesOptions, startSshMachines } from '@lithops-tools/services';
import { build } from 'esbuild';
import { MASTER_BANNER, MASTER_EXTERNALS } from '../../standalone/master-bundle.ts';
import type { VmConfig } from '../src/index.ts';

export interface TestCluster extends SshMachines {
  /** A section for the first machine as master, with the others as workers. */
  section(more?: Partial<VmConfig>): VmConfig;
}

/** A master and so many workers, with nothing of ours on them. */
export async function startTestCluster(workers: number, options: SshMachinesOptions = {}): Promise<TestCluster> {
  await buildMaster();
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

/** The package has its master as one file, which is built. */
async function buildMaster(): Promise<void> {
  const folder = fileURLToPath(new URL('../../standalone', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [`${folder}/src/master/main.ts`],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    minifyWhitespace: true,
    external: MASTER_EXTERNALS,
    banner: { js: MASTER_BANNER },
    logLevel: 'silent',
  });
  mkdirSync(`${folder}/dist`, { recursive: true });
  const partial = `${folder}/dist/master.mjs.${process.pid}`;
  writeFileSync(partial, outputFiles[0]?.contents ?? '');
  renameSync(partial, `${folder}/dist/master.mjs`);
}

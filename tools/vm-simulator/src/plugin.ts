import { type ComputePlugin, defineComputePlugin } from '@lithops/core/plugin';
import { VmBackend } from '@lithops/standalone';
import { clusterCapabilities, clusterKeys } from '@lithops/standalone/plugin';
import * as z from 'zod/mini';
import { type SimulatorFaults, VmSimulator } from './vm-simulator.ts';

const count = z.number().check(z.int(), z.gte(1));

const config = z.strictObject({
  /** Name of an account that is open. */
  account: z.string(),
  execMode: z.optional(z.enum(['reuse', 'create'])),
  masterInstanceType: z._default(z.string(), 'small'),
  workerInstanceType: z._default(z.string(), 'small'),
  image: z.optional(z.string()),
  runtime: z.optional(z.string()),
  ...clusterKeys,
  sshUsername: z._default(z.string(), 'lithops'),
  sshKeyFilename: z.optional(z.string()),
  maxWorkers: z.optional(count),
  autoDismantle: z.optional(z.boolean()),
  deleteOnDismantle: z.optional(z.boolean()),
});

export type VmSimulatorConfig = z.output<typeof config>;

/** Compute plugin `vm_simulator`, as that of a cloud is made. */
export function vmSimulatorPlugin(faults: SimulatorFaults = {}): ComputePlugin<VmSimulatorConfig> {
  return defineComputePlugin({
    api: 1,
    name: 'vm_simulator',
    mode: 'standalone',
    config,
    capabilities: ({ execMode = 'reuse', maxWorkers = 100, workerProcesses }) =>
      clusterCapabilities({ machines: maxWorkers, use: execMode === 'reuse' ? 'shared' : 'own', workerProcesses }),
    create: ({ account, ...section }, context) => VmBackend.open(new VmSimulator(account, faults), section, context),
  });
}

export default vmSimulatorPlugin();

import { type ComputePlugin, defineComputePlugin } from '@lithops/core/plugin';
import { containerKeys } from '@lithops/kit-images/container-keys';
import { VmBackend } from '@lithops/standalone';
import * as z from 'zod/mini';
import { type SimulatorFaults, VmSimulator } from './vm-simulator.ts';

const seconds = z.number().check(z.gt(0));
const count = z.number().check(z.int(), z.gte(1));

const config = z.strictObject({
  /** Name of an account that is open. */
  account: z.string(),
  execMode: z.optional(z.enum(['reuse', 'create'])),
  masterInstanceType: z._default(z.string(), 'small'),
  workerInstanceType: z._default(z.string(), 'small'),
  image: z.optional(z.string()),
  runtime: z.optional(z.string()),
  ...containerKeys,
  sshUsername: z._default(z.string(), 'lithops'),
  sshKeyFilename: z.optional(z.string()),
  maxWorkers: z.optional(count),
  workerProcesses: z.optional(count),
  runtimeMemory: z.optional(count),
  startTimeout: z.optional(seconds),
  autoDismantle: z.optional(z.boolean()),
  softDismantleTimeout: z.optional(seconds),
  hardDismantleTimeout: z.optional(seconds),
  deleteOnDismantle: z.optional(z.boolean()),
  reconnectTimeout: z.optional(seconds),
  silenceTimeout: z.optional(seconds),
});

export type VmSimulatorConfig = z.output<typeof config>;

/** Compute plugin `vm_simulator`, as that of a cloud is made. */
export function vmSimulatorPlugin(faults: SimulatorFaults = {}): ComputePlugin<VmSimulatorConfig> {
  return defineComputePlugin({
    api: 1,
    name: 'vm_simulator',
    mode: 'standalone',
    config,
    capabilities: ({ maxWorkers = 100, workerProcesses = 16 }) => ({
      delivery: 'stream',
      maxWorkers,
      concurrencyPerWorker: workerProcesses,
      maxPayloadBytes: Number.POSITIVE_INFINITY,
      maxResultBytes: Number.POSITIVE_INFINITY,
      maxTaskSeconds: Number.POSITIVE_INFINITY,
      recall: true,
      logs: true,
      exitCauses: true,
      sharesFileSystem: false,
      sharesMachine: false,
    }),
    create: ({ account, ...section }, context) => VmBackend.open(new VmSimulator(account, faults), section, context),
  });
}

export default vmSimulatorPlugin();

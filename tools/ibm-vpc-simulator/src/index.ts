export type { Refusal, RefusalRule, SimulatorOptions } from './simulator-options.ts';
export { startVpcSimulator, type VpcSimulator } from './start-vpc-simulator.ts';

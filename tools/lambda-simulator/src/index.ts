export type { ApiFault, EventFault, SimulatorFaults } from './faults.ts';
export type { LambdaSimulatorOptions } from './simulator-options.ts';
export { type LambdaSimulator, type SandboxView, startLambdaSimulator } from './start-lambda-simulator.ts';

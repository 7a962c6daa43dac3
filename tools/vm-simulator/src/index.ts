export { openVmAccount, type VmAccount } from './account.ts';
export { MACHINE_SCRIPT } from './machine-script.ts';
export { default, type VmSimulatorConfig, vmSimulatorPlugin } from './plugin.ts';
export { type SimulatorFaults, VmSimulator } from './vm-simulator.ts';

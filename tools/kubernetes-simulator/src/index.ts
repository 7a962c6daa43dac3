export type { AccessRule, Verb } from './api/access.ts';
export type { ApiFault, IngressFault } from './faults.ts';
export type { IngressExposure, IngressKind } from './ingress/ingress-objects.ts';
export type { SimulatorFaults } from './simulator-faults.ts';
export type { SimulatorOptions, SimulatorUser } from './simulator-options.ts';
export { type KubernetesSimulator, startKubernetesSimulator } from './start-kubernetes-simulator.ts';

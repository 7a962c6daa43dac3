export {
  type ClusterPlaces,
  clusterCapabilities,
  type MadeMachines,
  madeMachinesCapabilities,
} from './cluster-capabilities.ts';
export { clusterKeys } from './cluster-keys.ts';
export { until } from './until.ts';

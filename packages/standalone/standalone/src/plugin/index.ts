export { type ClusterPlaces, clusterCapabilities } from './cluster-capabilities.ts';
export { clusterKeys } from './cluster-keys.ts';

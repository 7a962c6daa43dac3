export type { NodeSource } from './bootstrap/install-node.ts';
export type { ClusterSettings } from './client/cluster-settings.ts';
export { StandaloneBackend } from './client/standalone-backend.ts';
export { type CredentialSettings, findCredentials, inHome } from './ssh/credentials.ts';
export type { HostKeyPolicy } from './ssh/host-keys.ts';
export type { SshCredentials, SshPrivateKey, SshTarget } from './ssh/ssh-target.ts';

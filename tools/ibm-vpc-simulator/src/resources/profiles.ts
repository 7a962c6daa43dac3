/** Profiles of instances: CPUs, and their architecture. */
export const PROFILES: Readonly<Record<string, readonly [cpus: number, architecture: string]>> = {
  'cx2-2x4': [2, 'amd64'],
  'cx2-4x8': [4, 'amd64'],
  'bx2-2x8': [2, 'amd64'],
  'bz2-1x4': [1, 's390x'],
};

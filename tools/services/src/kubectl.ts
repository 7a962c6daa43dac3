import { installDebianPackage } from './debian.ts';

const KUBECTL = '/usr/bin/kubectl';

/** The kubectl of this machine, or Debian's. @returns its path */
export async function installKubectl(): Promise<string> {
  await installDebianPackage(['kubernetes-client'], KUBECTL);
  return KUBECTL;
}

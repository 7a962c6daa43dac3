import type { ExecutionMode } from '../plugin/compute-plugin.ts';

/** Backends of this project by mode; a third party's may have any other name. */
export const COMPUTE_BACKENDS: Readonly<Record<ExecutionMode, readonly string[]>> = {
  localhost: ['localhost', 'docker'],
  serverless: [
    'aws_lambda',
    'aws_batch',
    'gcp_cloudrun',
    'gcp_functions',
    'azure_functions',
    'azure_containers',
    'code_engine',
    'ibm_cf',
    'openwhisk',
    'k8s',
    'knative',
    'aliyun_fc',
    'oracle_f',
    'singularity',
  ],
  standalone: ['vm', 'aws_ec2', 'azure_vms', 'ibm_vpc', 'gcp_compute'],
};

export const STORAGE_BACKENDS: readonly string[] = [
  'localhost',
  'aws_s3',
  'minio',
  'ceph',
  'ibm_cos',
  'gcp_storage',
  'azure_storage',
  'redis',
];

export const MONITORING_BACKENDS: readonly string[] = ['rabbitmq'];

/** The mode of a known backend; undefined for a third party's, whose plugin tells. */
export function modeOf(backend: string): ExecutionMode | undefined {
  return (['localhost', 'serverless', 'standalone'] as const).find((mode) => COMPUTE_BACKENDS[mode].includes(backend));
}

/** Packages that may provide a backend or storage of that name, the most likely first. */
export function packageNames(name: string, mode: ExecutionMode | undefined): string[] {
  if (isSpecifier(name)) return [name];
  const kebab = name.replaceAll('_', '-');
  const standalone = mode === 'standalone' ? [`@lithops/standalone-${kebab}`] : [];
  return [`@lithops/${kebab}`, ...standalone, `lithops-plugin-${kebab}`];
}

/** Whether a backend is named by its package or file. */
export function isSpecifier(name: string): boolean {
  return name.includes('/') || name.startsWith('.') || name.startsWith('@') || name.startsWith('file:');
}

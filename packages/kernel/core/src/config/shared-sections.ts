/** Sections that several of Python Lithops' backends share. */
export const SHARED_SECTIONS: readonly string[] = [
  'aws',
  'gcp',
  'azure',
  'ibm',
  'aliyun',
  'oracle',
  'k8s',
  'rabbitmq',
  'redis',
  'prometheus',
  'serverless',
  'standalone',
  'docker',
];

/** What a backend takes from the section of its family: `aws_s3` from `aws`. */
export function sharedSection(
  sections: ReadonlyMap<string, Record<string, unknown>>,
  backend: string,
): Record<string, unknown> {
  const [family = ''] = backend.split('_');
  return SHARED_SECTIONS.includes(family) && family !== backend ? (sections.get(family) ?? {}) : {};
}

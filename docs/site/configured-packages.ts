/** A package with a section of its own, and where its keys are written down. */
export interface ConfiguredPackage {
  readonly section: string;
  readonly package: string;
  /** Packages whose schemas its own is made of. */
  readonly madeOf?: readonly string[];
}

const S3_KIT = { madeOf: ['packages/storage/kit-s3'] };
const CONTAINERS = { madeOf: ['packages/serverless/kit-images'] };
const MACHINES = { madeOf: ['packages/standalone/standalone', ...CONTAINERS.madeOf] };

/** Every package of this repository that a configuration has a section for. */
export const CONFIGURED_PACKAGES: readonly ConfiguredPackage[] = [
  { section: 'localhost', package: 'packages/localhost/localhost' },
  { section: 'docker', package: 'packages/localhost/docker', ...CONTAINERS },
  { section: 'knative', package: 'packages/serverless/knative' },
  { section: 'aws_lambda', package: 'packages/serverless/aws-lambda' },
  { section: 'aws_ec2', package: 'packages/standalone/standalone-aws-ec2', ...MACHINES },
  { section: 'vm', package: 'packages/standalone/standalone-vm', ...MACHINES },
  { section: 'ibm_vpc', package: 'packages/standalone/standalone-ibm-vpc', ...MACHINES },
  { section: 'aws_s3', package: 'packages/storage/aws-s3', ...S3_KIT },
  { section: 'minio', package: 'packages/storage/minio', ...S3_KIT },
  { section: 'ceph', package: 'packages/storage/ceph', ...S3_KIT },
  { section: 'ibm_cos', package: 'packages/storage/ibm-cos', ...S3_KIT },
  { section: 'redis', package: 'packages/storage/redis' },
  { section: 'azure_storage', package: 'packages/storage/azure-storage' },
  { section: 'gcp_storage', package: 'packages/storage/gcp-storage' },
  { section: 'rabbitmq', package: 'packages/monitoring/rabbitmq' },
];

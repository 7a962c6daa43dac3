import type { ImageRegistry } from './functions/image-store.ts';

export interface LambdaSimulatorOptions {
  /** Default: us-east-1. */
  readonly region?: string;
  /** Default: 123456789012, which is moto's too. */
  readonly accountId?: string;
  /** How many events of the account may run at once. Default: 1,000. */
  readonly concurrency?: number;
  /** How long functions are Pending after they were created, and updates in progress. Default: 100. */
  readonly pendingMs?: number;
  /** Of an IAM that is asked for roles, moto's for one; without it every role of the account is one. */
  readonly iamEndpoint?: string;
  /** How long roles are unknown to Lambda after they were created. Default: 0. */
  readonly roleDelayMs?: number;
  /** A registry that stands for ECR, whose images functions can be made from. Without one they are kept, and not run. */
  readonly registry?: ImageRegistry;
  /** Of an S3 that code may be read from. */
  readonly s3Endpoint?: string;
  /** How long a sandbox may take until it is ready, before it is started again within its first event. Default: 10,000. */
  readonly initMs?: number;
  /** The file of the compiled addon of Amazon's runtime client (`rapid-client.node`); default: its stand-in. */
  readonly runtimeAddon?: string;
  /** How long a sandbox stays warm that nobody uses. Default: 300,000. */
  readonly idleMs?: number;
  /** Waits before the two retries of an event whose function failed. Default: a minute and two, as the service has it. */
  readonly eventRetryMs?: readonly [number, number];
}

import { type ConfigSchema, countField, sectionSchema } from '@lithops/core/plugin';

/** Section `acme_grid` of a configuration. */
export interface AcmeGridConfig {
  /** Workers at once. Default: 4. */
  readonly maxWorkers?: number;
  /** MB of heap for each worker. Default: Node's own. */
  readonly runtimeMemory?: number;
}

/** Any Standard Schema will do here: one of zod, valibot or arktype, too. */
export const acmeGridConfig: ConfigSchema<AcmeGridConfig> = sectionSchema<AcmeGridConfig>({
  maxWorkers: countField(1),
  runtimeMemory: countField(16),
});

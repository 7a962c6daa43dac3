import { type ConfigSchema, sectionSchema, textField } from '@lithops/core/plugin';

/** Section `acme_grid` of a configuration. */
export interface AcmeGridConfig {
  /** Storages of the same name hold the same objects. Default: `default`. */
  readonly name?: string;
  /** Bucket for jobs and CloudObjects. Default: `storage`. */
  readonly storageBucket?: string;
}

/** Any Standard Schema will do here: one of zod, valibot or arktype, too. */
export const acmeGridConfig: ConfigSchema<AcmeGridConfig> = sectionSchema<AcmeGridConfig>({
  name: textField,
  storageBucket: textField,
});

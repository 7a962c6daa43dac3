import type { PriceModel } from '@lithops/core/plugin';
import type { LambdaSettings } from './settings.ts';

/** USD for each GB-second, each request, and each GB-second of `/tmp` above 512 MB. */
interface Prices {
  readonly gigabyteSecond: { readonly x86_64: number; readonly arm64: number };
  readonly request: number;
  readonly diskGigabyteSecond: number;
}

const AS_OF = '2026-08-21';
const SOURCE = 'https://aws.amazon.com/lambda/pricing/, US East (Ohio), first tier';

/** Regions differ by some percent, and in a few by a third; data that leaves a region, logs and S3 are not in it. */
const US_EAST: Prices = {
  gigabyteSecond: { x86_64: 0.000_016_666_7, arm64: 0.000_013_333_4 },
  request: 0.000_000_2,
  diskGigabyteSecond: 0.000_000_030_9,
};

const FREE_DISK_MEGABYTES = 512;

/** What an invocation costs: by the millisecond, rounded up, for all of the function's memory. */
export function lambdaPricing({ architecture, runtimeMemory, ephemeralStorage }: LambdaSettings): PriceModel {
  return {
    currency: 'USD',
    asOf: AS_OF,
    source: SOURCE,
    costOf: ({ billedMs, memory = runtimeMemory }) => {
      const seconds = Math.ceil(billedMs) / 1000;
      const disk = Math.max(0, ephemeralStorage - FREE_DISK_MEGABYTES) / 1024;
      return (
        US_EAST.request +
        seconds * (memory / 1024) * US_EAST.gigabyteSecond[architecture] +
        seconds * disk * US_EAST.diskGigabyteSecond
      );
    },
  };
}

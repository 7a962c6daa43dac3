/** Limits of AWS Lambda (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, read 2026-11). */
interface Range {
  readonly least: number;
  readonly most: number;
}

interface Limits {
  /** MB. */
  readonly memory: Range;
  readonly timeoutSeconds: Range;
  readonly diskMegabytes: Range;
  readonly layers: number;
  readonly environmentBytes: number;
  readonly requestBytes: number;
  readonly eventBytes: number;
  readonly responseBytes: number;
  readonly streamedResponseBytes: number;
  readonly zipBytes: number;
  readonly unzippedBytes: number;
}

const MIB = 2 ** 20;

export const LIMITS: Limits = {
  memory: { least: 128, most: 10_240 },
  timeoutSeconds: { least: 1, most: 900 },
  diskMegabytes: { least: 512, most: 10_240 },
  layers: 5,
  environmentBytes: 4 * 1024,
  /** Of an invocation that is waited for. */
  requestBytes: 6 * MIB,
  /** Of one that is only accepted. */
  eventBytes: 1 * MIB,
  responseBytes: 6 * MIB,
  streamedResponseBytes: 200 * MIB,
  /** Of code that is sent along with `CreateFunction`. */
  zipBytes: 50 * MIB,
  unzippedBytes: 250 * MIB,
};

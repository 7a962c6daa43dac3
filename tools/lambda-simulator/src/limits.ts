const KIB = 1024;
const MIB = 1024 * KIB;

/** Quotas of functions that cannot be raised. Source: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const LIMITS = {
  requestBytes: 6 * MIB,
  eventBytes: 1 * MIB,
  /** The runtime's answer may be a little larger than the request: 6 MB and 100 bytes. */
  responseBytes: 6 * MIB + 100,
  streamedResponseBytes: 200 * MIB,
  zipBytes: 50 * MIB,
  unzippedBytes: 250 * MIB,
  environmentBytes: 4 * KIB,
  logTailBytes: 4 * KIB,
  layers: 5,
  tags: 50,
} as const;

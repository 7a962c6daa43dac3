/** What this process used, when it was last looked at. */
const usage = { at: Number.NEGATIVE_INFINITY, cpuTime: 0, peakMemoryBytes: 0 };
/** Looking costs as much as several tiny calls. */
const SAMPLE_MS = 2;

/** CPU time in ms since it was last looked at, 0 when that was just now; and the peak of resident memory. */
export function sampleUsage(): { readonly cpuTime: number; readonly peakMemoryBytes: number } {
  const now = performance.now();
  if (now - usage.at < SAMPLE_MS) return { cpuTime: 0, peakMemoryBytes: usage.peakMemoryBytes };
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const total = (userCPUTime + systemCPUTime) / 1000;
  const cpuTime = total - usage.cpuTime;
  usage.at = now;
  usage.cpuTime = total;
  usage.peakMemoryBytes = maxRSS * 1024;
  return { cpuTime, peakMemoryBytes: usage.peakMemoryBytes };
}

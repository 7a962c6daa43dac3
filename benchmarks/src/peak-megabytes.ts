/** Peak resident memory of this process so far. */
export function peakMegabytes(): number {
  return process.resourceUsage().maxRSS / 1024;
}

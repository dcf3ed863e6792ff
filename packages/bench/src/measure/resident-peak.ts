/** The most that the system has given to this process so far, in MiB. */
export function residentPeak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

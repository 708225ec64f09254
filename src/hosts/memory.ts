import { readFile } from "node:fs/promises";
import type { MemoryUse } from "../kernel/helper.ts";

/**
 * The memory of this process. On Linux from the kernel's own account of this program (`VmRSS` and `VmHWM` of proc(5)): the peak that
 * getrusage(2) gives is at least what the program held that started this one, as it outlives exec.
 */
export async function memoryUse(): Promise<MemoryUse> {
  const status = process.platform === "linux" ? await readFile("/proc/self/status", "latin1").catch(() => "") : "";
  const kibibytes = (name: string) => new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1];
  const [resident, peak] = [kibibytes("VmRSS"), kibibytes("VmHWM")];
  if (resident !== undefined && peak !== undefined) {
    return { residentBytes: Number(resident) * 1024, peakBytes: Number(peak) * 1024 };
  }
  return { residentBytes: process.memoryUsage.rss(), peakBytes: process.resourceUsage().maxRSS * 1024 };
}

import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/**
 * CPU time and memory of a process and all below it: `{ cpuMs, residentMb }`, from /proc; null where there is none
 * (macOS, Windows).
 */
export function processTree(pid) {
  let entries;
  try {
    entries = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  } catch {
    return null;
  }
  const processes = new Map();
  for (const name of entries) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      processes.set(Number(name), {
        parent: Number(fields[1]),
        // Own time, and that of children that have ended.
        ticks: Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]),
        pages: Number(fields[21]),
      });
    } catch {
      // It has ended since the folder was read.
    }
  }
  const isBelow = id =>
    id === pid || (processes.has(id) && processes.get(id).parent !== 0 && isBelow(processes.get(id).parent));
  let [ticks, pages] = [0, 0];
  for (const [id, found] of processes) {
    if (!isBelow(id)) continue;
    ticks += found.ticks;
    pages += found.pages;
  }
  return { cpuMs: (ticks * 1000) / TICKS_PER_SECOND, residentMb: (pages * 4096) / 2 ** 20 };
}

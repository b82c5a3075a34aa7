import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/**
 * CPU time and memory of a process and all below it, from /proc; null where there is none (macOS, Windows). `residentMb` counts what
 * processes share once for each, `proportionalMb` once.
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
  const tree = { cpuMs: 0, residentMb: 0, proportionalMb: 0, processes: 0 };
  for (const [id, { ticks, pages }] of processes) {
    if (!isBelow(id)) continue;
    tree.processes += 1;
    tree.cpuMs += (ticks * 1000) / TICKS_PER_SECOND;
    tree.residentMb += (pages * 4096) / 2 ** 20;
    tree.proportionalMb += proportionalMb(id);
  }
  return tree;
}

function proportionalMb(pid) {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
  } catch {
    return 0;
  }
}

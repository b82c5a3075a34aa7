/** The figures of some paintings: tick-to-paint times, and main-thread CPU time for each. */
export function report(name, paints, cpuMs, seconds) {
  const sorted = [...paints].sort((a, b) => a - b);
  const at = part => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? null;
  return {
    name,
    engine: 'millrace',
    wall_ms: at(0.5),
    p95_ms: at(0.95),
    paints_per_s: paints.length / seconds,
    cpu_ms: paints.length === 0 ? null : cpuMs / paints.length,
  };
}

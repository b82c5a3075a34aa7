import { cpus, totalmem } from 'node:os';

/** What the figures were taken on. */
export function machine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

/** Results as text, in columns: what no result has is left out. */
export function table(results) {
  const keys = [...new Set(results.flatMap(Object.keys))].filter(key =>
    results.some(result => result[key] !== null && result[key] !== undefined),
  );
  const lines = [keys, ...results.map(result => keys.map(key => cell(result[key])))];
  const widths = keys.map((_, column) => Math.max(...lines.map(line => line[column].length)));
  return lines
    .map(line =>
      line.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  '),
    )
    .join('\n');
}

function cell(value) {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'number') return String(value);
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const identity = ({ name, order, engine }) => [name, order, engine].join('|');

/** Keeps figures in bench/results/, a file a day and benchmark; those of the day that were measured again are replaced. */
export function keepResults(bench, machine, results) {
  const date = new Date().toISOString().slice(0, 10);
  const path = fileURLToPath(new URL(`../results/${bench}-${date}.json`, import.meta.url));
  const kept = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).results : [];
  const again = new Set(results.map(identity));
  const all = [...kept.filter(each => !again.has(identity(each))), ...results];
  writeFileSync(path, `${JSON.stringify({ bench, date, machine, results: all }, null, 2)}\n`);
  return path;
}

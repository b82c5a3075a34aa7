/** `millrace check`: runs notebooks with this kernel, without a front end, and compares what they give with what was kept of them. */
import { resolve } from 'node:path';
import { checkNotebook } from './checkNotebook.js';
import type { CheckContext, CheckOptions, NotebookReport } from './contract.js';
import { reportText } from './report.js';

/** Checks notebooks one after the other. Returns the exit code: 0, 1 where something differs, 2 where a notebook cannot be run. */
export async function checkNotebooks(
  paths: readonly string[],
  options: CheckOptions,
  { directory, print, note, signal }: CheckContext,
): Promise<number> {
  const reports: NotebookReport[] = [];
  for (const path of paths) {
    signal.throwIfAborted();
    const begun = performance.now();
    const report = await checkNotebook(resolve(directory, path), path, options, signal);
    reports.push(report);
    if (!options.json) print(reportText(report));
    note(`${path}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }
  const exit = Math.max(
    ...reports.map(({ outcome }) => (outcome === 'failed' ? 2 : outcome === 'different' ? 1 : 0)),
  );
  if (options.json) print(JSON.stringify({ version: 1, exit, notebooks: reports }, null, 2));
  return exit;
}

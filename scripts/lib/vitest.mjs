import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, tail } from './exec.mjs';
import { CACHE, ROOT } from './paths.mjs';
import { flaky, running } from './reporter.mjs';

/**
 * Seconds in which some file of tests is over, unless tests were asked for at greater length: a suite in which none is
 * hangs, and says so instead of keeping whoever waits for it.
 */
const PATIENCE = Number(process.env.MILLRACE_RUNS ?? 0) >= 1000 ? Infinity : 600;

/** Runs test projects of vitest.config.ts with a given Node and returns their counts, with what failed as `detail`. */
export async function vitest({ name, projects, node = process.execPath, env = process.env }) {
  const file = join(CACHE, 'results', `${name}.json`);
  mkdirSync(join(CACHE, 'results'), { recursive: true });
  rmSync(file, { force: true });
  const cli = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const ours = join(ROOT, 'scripts', 'lib', 'reporter.mjs');
  const reporters = ['json', ours, 'default'].map(reporter => `--reporter=${reporter}`);
  reporters.push(`--outputFile.json=${file}`);
  const chosen = projects.map(project => `--project=${project}`);
  const { code, output, silent } = await run(node, [cli, 'run', ...chosen, ...reporters], {
    env: { ...env, NO_COLOR: '1', FORCE_COLOR: undefined },
    log: `test-${name}`,
    patience: PATIENCE,
  });
  if (silent) {
    const hung = `nothing was heard for ${PATIENCE} s, of these files last:\n${running(output).join('\n')}`;
    return { passed: 0, failed: 1, skipped: 0, detail: `${hung}\n${tail(output, 40)}` };
  }
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, detail: tail(output, 40) };
  const counts = count(JSON.parse(readFileSync(file, 'utf8')), code);
  if (counts.failed > 0) return { ...counts, detail: failures(output) };
  const again = flaky(output);
  return again.length > 0
    ? { ...counts, detail: `passed only when tried again:\n${again.join('\n')}` }
    : counts;
}

/** Files that could not be loaded, and errors outside of tests, count as a failure each time. */
function count(report, code) {
  const broken = report.testResults.filter(
    file => file.status === 'failed' && file.assertionResults.every(test => test.status !== 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The part of the default reporter's output that explains the failures. */
function failures(output) {
  const begin = output.search(/^⎯+ (Failed|Unhandled)/m);
  return begin < 0 ? tail(output, 60) : tail(output.slice(begin), 200);
}

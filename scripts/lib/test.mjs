import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium } from './chromium.mjs';
import { ROOT } from './paths.mjs';
import { tellProblem } from './problem.mjs';
import { setUp } from './setup.mjs';
import { installPackages } from './npm.mjs';
import { line } from './step.mjs';
import { SUITES } from './suites.mjs';

/** What runs on nothing but the npm packages: no build, no Python, no browser. */
const needsOnlyPackages = suite => suite.needs === 'packages';

export async function main(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { list: { type: 'boolean' }, runs: { type: 'string' } },
  });
  const unknown = positionals.filter(name => SUITES.every(suite => suite.name !== name));
  if (values.runs !== undefined) process.env.MILLRACE_RUNS = values.runs;
  if (values.list || unknown.length > 0) {
    if (unknown.length > 0) process.exitCode = 1;
    console.log(`Suites: ${SUITES.map(suite => suite.name).join(', ')}`);
    return;
  }
  const chosen = SUITES.filter(suite => positionals.length === 0 || positionals.includes(suite.name));
  const totals = { passed: 0, failed: 0, skipped: 0 };
  try {
    const context = await prepare(chosen);
    console.log('Millrace: testing');
    for (const suite of chosen) {
      const begun = performance.now();
      const result = await suite.run(context);
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      const counts = tell(result);
      line(
        result.failed > 0 ? 'failed' : result.passed > 0 ? 'done' : 'skipped',
        suite.name,
        `${counts}, ${seconds} s`,
      );
      if (result.detail) console.log(indent(result.detail));
      for (const key of Object.keys(totals)) totals[key] += result[key];
    }
  } catch (error) {
    tellProblem(error);
    totals.failed++;
  }
  const ci = process.env.CI === 'true' || process.env.CI === '1';
  if (ci && totals.skipped > 0) {
    console.log('Skipped tests count as failures here, because CI is set.');
    totals.failed += totals.skipped;
    totals.skipped = 0;
  }
  if (totals.failed > 0) process.exitCode = 1;
  console.log(tell(totals));
}

async function prepare(chosen) {
  console.log('Millrace: setting up');
  const shared = resolve(ROOT, process.env.MILLRACE_SHARED ?? '../shared');
  const context = { chromium: null, shared: existsSync(shared) ? shared : null };
  if (context.shared !== null) process.env.MILLRACE_SHARED = context.shared;
  if (chosen.every(needsOnlyPackages)) {
    await installPackages();
  } else {
    await setUp();
  }
  if (chosen.some(suite => ['homes', 'browser'].includes(suite.name)))
    context.chromium = await findChromium();
  if (context.shared === null)
    line('skipped', 'shared test data', `${shared} is absent: tests on it are skipped`);
  return context;
}

function tell({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function indent(text) {
  return text.replace(/^/gm, '    ');
}

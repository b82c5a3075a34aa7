import { expect, test, vi } from 'vitest';
import Reporter, { flaky, running } from '../../scripts/lib/reporter.mjs';

/** What the reporter prints of a run. */
function printed(report: (reporter: Reporter) => void): string {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    report(new Reporter());
    return log.mock.calls.join('\n');
  } finally {
    log.mockRestore();
  }
}

const module = (relativeModuleId: string) => ({ relativeModuleId, project: { name: 'unit' } });

function ended(relativeModuleId: string, fullName: string, flaky: boolean) {
  return { module: module(relativeModuleId), fullName, diagnostic: () => ({ flaky }) };
}

test('of a run that hangs, the files are named that had begun and not ended', () => {
  const output = printed(reporter => {
    for (const name of ['a.test.ts', 'b.test.ts']) reporter.onTestModuleStart(module(name));
    reporter.onTestModuleEnd(module('a.test.ts'));
    reporter.onTestModuleStart(module('c.test.ts'));
  });
  expect(running(output)).toEqual(['b.test.ts (unit)', 'c.test.ts (unit)']);
});

test('tests are named that passed only when they were tried again', () => {
  const output = printed(reporter => {
    reporter.onTestCaseResult(ended('a.test.ts', 'sometimes', true));
    reporter.onTestCaseResult(ended('a.test.ts', 'always', false));
  });
  expect(flaky(output)).toEqual(['a.test.ts (unit) > sometimes']);
});

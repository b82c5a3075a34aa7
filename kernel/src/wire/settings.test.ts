import { expect, test } from 'vitest';
import { readSettings } from './settings.js';

test('settings have defaults and are read from the environment', () => {
  expect(readSettings({})).toMatchObject({ runnerHeapMb: null, engineHeapMb: null, settleMs: 600_000 });
  expect(readSettings({ MILLRACE_RUNNER_HEAP_MB: '512', MILLRACE_SETTLE_SECONDS: '1.5' })).toMatchObject({
    runnerHeapMb: 512,
    settleMs: 1_500,
  });
});

test('a setting that is no positive number is refused by its name', () => {
  expect(() => readSettings({ MILLRACE_ENGINE_HEAP_MB: 'much' })).toThrow(/MILLRACE_ENGINE_HEAP_MB.*'much'/);
  expect(() => readSettings({ MILLRACE_RUNNER_HEAP_MB: '-1' })).toThrow(/MILLRACE_RUNNER_HEAP_MB/);
});

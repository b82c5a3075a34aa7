import { inspect } from 'node:util';
import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';
import './inspectTemporal.js';

it('prints times and days of rows as ISO text', () => {
  const row = {
    ts: Temporal.Instant.from('2026-01-05T14:30:00.25Z'),
    day: Temporal.PlainDate.from('2026-01-05'),
  };
  expect(inspect(row)).toBe('{ ts: 2026-01-05T14:30:00.25Z, day: 2026-01-05 }');
  expect(inspect([row], { depth: 0 })).toBe('[ [Object] ]');
});

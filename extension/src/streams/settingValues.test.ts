import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { settingValues } from './settingValues.js';

test('settings are taken as they are written', () => {
  const values = { viewRate: 5, tableRows: 20, timeZone: 'Asia/Tokyo', flashChanges: false, panelRate: 0.5 };
  expect(settingValues({ ...values, statusBar: false })).toEqual({
    views: { framesPerSecond: 5, tableRows: 20, timeZone: 'Asia/Tokyo', flash: false },
    panel: { panelRate: 0.5, statusBar: false, timeZone: 'Asia/Tokyo' },
  });
});

test('values that are none are passed over, and great ones are cut', () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const { views, panel } = settingValues({
    viewRate: 'fast',
    tableRows: 1e9,
    timeZone: 'Nowhere/Else',
    panelRate: NaN,
  });
  expect(views).toEqual({ framesPerSecond: 60, tableRows: 100, timeZone: null, flash: true });
  expect(panel.panelRate).toBe(2);
  expect(warned).toHaveBeenCalledOnce();
  warned.mockRestore();
});

test('the schema has the defaults that hold where nothing is set', () => {
  const schema = JSON.parse(readFileSync(new URL('../../schema/streams.json', import.meta.url), 'utf8')) as {
    properties: Record<string, { default: unknown }>;
  };
  const defaults = Object.fromEntries(
    Object.entries(schema.properties).map(([name, property]) => [name, property.default]),
  );
  expect(settingValues(defaults)).toEqual(settingValues({}));
});

import { expect, test, vi } from 'vitest';
import { currentViewSettings } from '../viewSettings.js';
import { followSettings, type PanelSettings } from './settings.js';

/** A registry whose one plug-in has these values, until others are set. */
function registryOf(values: Record<string, unknown>) {
  let changed: () => void = () => undefined;
  const settings = {
    composite: values,
    changed: { connect: (listener: () => void) => (changed = listener) },
  };
  return {
    registry: { load: () => Promise.resolve(settings) } as never,
    set(next: Record<string, unknown>) {
      settings.composite = next;
      changed();
    },
  };
}

async function follow(values: Record<string, unknown>) {
  const told: PanelSettings[] = [];
  const { registry, set } = registryOf(values);
  await followSettings(registry, 'p', settings => told.push(settings));
  return { told, set };
}

test('settings are taken at once, and whenever they change', async () => {
  const { told, set } = await follow({
    viewRate: 5,
    tableRows: 20,
    timeZone: 'Asia/Tokyo',
    flashChanges: false,
  });
  expect(currentViewSettings()).toEqual({
    framesPerSecond: 5,
    tableRows: 20,
    timeZone: 'Asia/Tokyo',
    flash: false,
  });
  set({ panelRate: 0.5, statusBar: false });
  expect(currentViewSettings()).toEqual({ framesPerSecond: 60, tableRows: 12, timeZone: null, flash: true });
  expect(told.at(-1)).toEqual({ panelRate: 0.5, statusBar: false, timeZone: null });
});

test('values that are none are passed over, and great ones are cut', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await follow({ viewRate: 'fast', tableRows: 1e9, timeZone: 'Nowhere/Else', panelRate: 100 });
  expect(currentViewSettings()).toMatchObject({ framesPerSecond: 60, tableRows: 100, timeZone: null });
  expect(warned).toHaveBeenCalledOnce();
  const { told } = await follow({ panelRate: 100, timeZone: 'UTC' });
  expect(told.at(-1)).toMatchObject({ panelRate: 2, timeZone: null });
  warned.mockRestore();
});

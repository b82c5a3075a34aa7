import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { setViewSettings } from '../viewSettings.js';

/** What the panel's settings say. */
export interface PanelSettings {
  /** How often the panel's figures are told, a second. */
  readonly panelRate: number;
  readonly statusBar: boolean;
  /** The zone in which times are shown; null: UTC. */
  readonly timeZone: string | null;
}

export const DEFAULTS: PanelSettings = { panelRate: 2, statusBar: true, timeZone: null };

/** Reads the plug-in's settings, now and whenever they change. Values that are none are passed over. */
export async function followSettings(
  registry: ISettingRegistry,
  plugin: string,
  changed: (settings: PanelSettings) => void,
): Promise<void> {
  const settings = await registry.load(plugin);
  const take = (): void => {
    const { composite } = settings;
    const timeZone = zoneOf(composite['timeZone']);
    setViewSettings({
      framesPerSecond: numberOf(composite['viewRate'], 1, 60, 60),
      tableRows: Math.round(numberOf(composite['tableRows'], 3, 100, 12)),
      timeZone,
      flash: composite['flashChanges'] !== false,
    });
    changed({
      panelRate: numberOf(composite['panelRate'], 0.1, 2, DEFAULTS.panelRate),
      statusBar: composite['statusBar'] !== false,
      timeZone,
    });
  };
  settings.changed.connect(take);
  take();
}

function numberOf(value: unknown, least: number, most: number, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value)
    ? Math.min(most, Math.max(least, value))
    : otherwise;
}

/** A zone that this browser knows; UTC is null. */
function zoneOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value === 'UTC') return null;
  if (value === 'local') return Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: value });
    return value;
  } catch {
    console.warn(`Millrace: there is no time zone '${value}'; times are shown in UTC.`);
    return null;
  }
}

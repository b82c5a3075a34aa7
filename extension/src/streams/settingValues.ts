import type { ViewSettings } from '@millrace/ui';

/** What the panel's settings say. */
export interface PanelSettings {
  /** How often the panel's figures are told, a second. */
  readonly panelRate: number;
  readonly statusBar: boolean;
  /** The zone in which times are shown; null: UTC. */
  readonly timeZone: string | null;
}

export const DEFAULTS: PanelSettings = { panelRate: 2, statusBar: true, timeZone: null };

/** Reads the values of settings: those that are none are passed over, and great ones are cut. */
export function settingValues(values: Readonly<Record<string, unknown>>): {
  readonly views: ViewSettings;
  readonly panel: PanelSettings;
} {
  const timeZone = zoneOf(values['timeZone']);
  return {
    views: {
      framesPerSecond: numberOf(values['viewRate'], 1, 60, 60),
      tableRows: Math.round(numberOf(values['tableRows'], 3, 100, 12)),
      timeZone,
      flash: values['flashChanges'] !== false,
    },
    panel: {
      panelRate: numberOf(values['panelRate'], 0.1, 2, DEFAULTS.panelRate),
      statusBar: values['statusBar'] !== false,
      timeZone,
    },
  };
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

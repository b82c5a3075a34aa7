import type { ViewSettings } from '@millrace/ui';

/** How views are shown where nothing else is set. */
let current: ViewSettings = { framesPerSecond: 60, tableRows: 12, timeZone: null, flash: true };
const listeners = new Set<(settings: ViewSettings) => void>();

export function currentViewSettings(): ViewSettings {
  return current;
}

/** Sets how views are shown, those that are there as well. */
export function setViewSettings(settings: ViewSettings): void {
  if (JSON.stringify(settings) === JSON.stringify(current)) return;
  current = settings;
  for (const listener of [...listeners]) listener(settings);
}

/** Tells of every change, until the returned function is called. */
export function watchViewSettings(listener: (settings: ViewSettings) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

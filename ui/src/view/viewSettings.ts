import type { DownloadFormat, ViewOutput } from '@millrace/protocol';

/** How a reader wants views to be shown. */
export interface ViewSettings {
  /** A view is drawn so many times a second at most. */
  readonly framesPerSecond: number;
  /** A table shows so many rows before it is scrolled or resized. */
  readonly tableRows: number;
  /** The zone of times where nothing else names one; null: UTC. */
  readonly timeZone: string | null;
  /** Whether cells that change are marked for a moment. */
  readonly flash: boolean;
  /** Kinds of files that tables can be downloaded as; not there: all. */
  readonly downloads?: readonly DownloadFormat[];
}

/** Where nothing is set: as fast as frames are painted. */
export const DEFAULT_SETTINGS: ViewSettings = {
  framesPerSecond: 60,
  tableRows: 12,
  timeZone: null,
  flash: true,
};

/** The zone of the times that are told of a view: that of a chart's axes, and of the columns of a table that name none. */
export function zoneOf(view: ViewOutput['view'], settings: ViewSettings): string | null {
  return view.kind === 'chart' ? (view.timeZone ?? null) : settings.timeZone;
}

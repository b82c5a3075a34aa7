import type { PanelSummary } from '@millrace/protocol';
import { counted, rateText, spanText } from './figures.js';

/** The counts of a session on one line, for a status bar; empty where nothing runs and nothing has failed. */
export function summaryText({ sources, queries, rowsPerSecond, worstLagUs, errors }: PanelSummary): string {
  if (sources + queries + errors === 0) return '';
  return [
    `${counted(sources, 'source')}, ${counted(queries, 'query', 'queries')}`,
    `${rateText(rowsPerSecond)} rows/s`,
    ...(worstLagUs === null ? [] : [`lag ${spanText(worstLagUs)}`]),
    ...(errors === 0 ? [] : [counted(errors, 'error')]),
  ].join(' · ');
}

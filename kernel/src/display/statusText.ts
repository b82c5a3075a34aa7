import type { ViewStatus } from '@millrace/protocol';
import { valueText } from './viewRows.js';

/** The state of a view in one line, e.g. `ended · 390 rows · watermark 2026-01-05T21:00:00Z · 3 late`. */
export function statusText(status: ViewStatus): string {
  const count = (value: number): string => value.toLocaleString('en-US');
  const parts: string[] = [status.state, status.total === 1 ? '1 row' : `${count(status.total)} rows`];
  const { watermarkUs } = status;
  if (watermarkUs !== null && Number.isFinite(watermarkUs)) {
    parts.push(`watermark ${valueText(Math.floor(watermarkUs), "timestamp('us')")}`);
  }
  if (status.sinceUs != null) parts.push(`since ${valueText(status.sinceUs, "timestamp('us')")}`);
  for (const what of ['late', 'rejected', 'evicted'] as const) {
    if (status[what] > 0) parts.push(`${count(status[what])} ${what}`);
  }
  if (status.error !== null) parts.push(status.error);
  return parts.join(' · ');
}

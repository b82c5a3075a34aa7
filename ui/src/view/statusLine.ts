import type { ViewStatus } from '@millrace/protocol';
import { makeBadge } from '../badge.js';
import { element, setAttribute, setText } from '../dom.js';
import { timeText, whole } from '../format.js';

/** Where what is drawn comes from: the kernel now, the saved output, or a kernel that is gone. */
export type Standing = 'current' | 'saved' | 'stale';

const WORDS: Readonly<Record<ViewStatus['state'] | 'saved' | 'stale', string>> = {
  live: 'live',
  replaying: 'replaying',
  paused: 'paused',
  ended: 'ended',
  failed: 'failed',
  saved: 'saved state',
  stale: 'stale',
};

/** The line beneath a view: a badge, how many rows, up to which event time, what was dropped, and what went wrong. */
export class StatusLine {
  readonly node: HTMLElement;
  private readonly badge = makeBadge();
  private readonly facts = element('span', 'millrace-Status-facts');
  private readonly trouble = element('span', 'millrace-Status-trouble');

  constructor() {
    this.node = element('div', 'millrace-Status', this.badge, this.facts, this.trouble);
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', 'State of the view');
  }

  /** Adds what can be done with the view. */
  addTools(...buttons: readonly HTMLElement[]): void {
    this.node.append(element('span', 'millrace-View-tools', ...buttons));
  }

  /**
   * @param shown rows that are drawn, where they are not all of the table's
   * @param zone of its times; null: UTC
   */
  update(
    status: ViewStatus,
    standing: Standing,
    reason: string | null,
    shown: number,
    zone: string | null,
  ): void {
    const state = standing === 'current' ? status.state : standing;
    setText(this.badge, WORDS[state]);
    setAttribute(this.badge, 'data-state', state);
    setAttribute(this.badge, 'title', reason);
    setText(this.facts, factsOf(status, shown, zone).join('  ·  '));
    setAttribute(this.facts, 'title', standing === 'current' ? drawnText(status) : null);
    const trouble = status.error ?? (standing === 'stale' ? reason : null);
    setText(this.trouble, trouble ?? '');
    this.trouble.hidden = trouble === null;
    setAttribute(this.trouble, 'data-severity', status.error === null ? 'note' : 'error');
  }
}

/** What there is to say of a table beside its rows: how many they are, up to which event time, what was left out. */
export function factsOf(status: ViewStatus, shown: number, zone: string | null = null): string[] {
  const rows = status.total === 1 ? '1 row' : `${whole(status.total)} rows`;
  // Of a table that is filtered, those that pass.
  const counted = Math.min(shown, status.matched ?? shown);
  const facts = [
    counted < status.total || status.matched !== undefined ? `${whole(counted)} of ${rows}` : rows,
  ];
  const { drawn } = status;
  if (drawn !== undefined && drawn.columns > 0)
    facts.push(`drawn: 1 in ${whole(Math.round(drawn.of / Math.max(1, drawn.rows)))}`);
  else if (drawn !== undefined) facts.push('drawn: each row in sight');
  if (status.watermarkUs !== null && Number.isFinite(status.watermarkUs)) {
    facts.push(`watermark ${timeText(status.watermarkUs, zone)}`);
  }
  if (status.sinceUs != null) facts.push(`since ${timeText(status.sinceUs, zone)}`);
  if (status.late > 0) facts.push(`${whole(status.late)} late`);
  if (status.rejected > 0) facts.push(`${whole(status.rejected)} rejected`);
  if (status.evicted > 0) facts.push(`${whole(status.evicted)} evicted`);
  return facts;
}

/** Which rows of a chart are drawn, exactly; null where all are. */
function drawnText({ drawn }: ViewStatus): string | null {
  if (drawn === undefined) return null;
  const rows = `${whole(drawn.rows)} of ${whole(drawn.of)} rows are drawn`;
  if (drawn.cell !== undefined)
    return `${rows}: of each series and each cell of ${drawn.cell} × ${drawn.cell} pixels the newest, which lies above the others; and those that give the axes their reach. Zoom in for each row.`;
  return drawn.columns === 0
    ? `${rows}: each one in sight, and outside of it those that give the axes their reach.`
    : `${rows}: of each line and each of ${whole(drawn.columns)} columns of pixels the first, last, least and greatest. They make the same picture as all of them; zoom in for each row.`;
}

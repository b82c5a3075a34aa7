import type { ClockState, TimeGap, TimeLine } from '@millrace/protocol';
import { element } from '../dom.js';
import { whole } from '../format.js';
import { gapText } from './gaps.js';
import { popupHost } from './popup.js';
import { BOX, rowsPath } from './rowsPath.js';
import { SeekBar } from './seekBar.js';
import { zonedTime } from './zones.js';

const SVG = 'http://www.w3.org/2000/svg';

/** What a time line does for the bar that it is in. */
export interface TimeLineActions {
  seek(timeUs: number): void;
  /** Shows the time that it is being dragged to; null: no longer. */
  preview(timeUs: number | null): void;
  toggle(): void;
  skipGap(): void;
}

/** The time line: how many rows there are at which time behind a slider, what has gone by filled, with marks where something is missing. */
export class TimeLineView {
  readonly node = element('div', 'millrace-TimeLine');
  readonly seek: SeekBar;
  private readonly rows = element('div', 'millrace-TimeLine-rows');
  private readonly unread = element('div', 'millrace-TimeLine-unread');
  private readonly marks = element('div', 'millrace-TimeLine-marks');
  private readonly tip = element('div', 'millrace-Tooltip');
  private readonly paths = new Map<string, SVGPathElement>();
  private clock: ClockState | null = null;
  private line: TimeLine | null = null;
  private zone = 'UTC';
  /** What is drawn: it is drawn anew only where that is another. */
  private drawn = '';

  constructor(private readonly actions: TimeLineActions) {
    this.seek = new SeekBar(
      time => actions.seek(time),
      time => actions.preview(time),
    );
    for (const name of ['expected', 'read', 'done']) this.rows.append(this.layer(name));
    this.rows.setAttribute('aria-hidden', 'true');
    this.marks.setAttribute('role', 'group');
    this.marks.setAttribute('aria-label', 'Gaps');
    this.tip.classList.add('millrace-TimeLine-tip');
    const { node } = this.seek;
    node.addEventListener('keydown', event => this.key(event));
    node.addEventListener('pointermove', event => this.point(event));
    node.addEventListener('pointerleave', () => this.tip.remove());
    this.node.append(this.rows, this.unread, node, this.marks);
  }

  show(clock: ClockState, line: TimeLine | null, zone: string): void {
    this.clock = clock;
    this.line = line;
    this.zone = zone;
    this.seek.show(clock, zone);
    const { startUs, endUs, live } = clock;
    this.node.hidden = this.seek.node.hidden;
    this.node.dataset.live = String(live);
    const drawn = JSON.stringify([startUs, endUs, line, zone]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.draw();
  }

  dispose(): void {
    this.tip.remove();
  }

  /** The width of a bucket; null where none is known. */
  private get bucketUs(): number | null {
    return this.line?.widthUs ?? null;
  }

  private layer(name: string): SVGSVGElement {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${BOX.width} ${BOX.height}`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.classList.add(`millrace-TimeLine-${name}`);
    const path = document.createElementNS(SVG, 'path');
    svg.append(path);
    this.paths.set(name, path);
    return svg;
  }

  private draw(): void {
    const { line } = this;
    const { startUs, endUs } = this.clock ?? { startUs: null, endUs: null };
    const isKnown = line !== null && startUs !== null && endUs !== null && endUs > startUs;
    this.node.classList.toggle('millrace-mod-rows', isKnown);
    if (!isKnown) {
      for (const path of this.paths.values()) path.setAttribute('d', '');
      this.unread.hidden = true;
      this.marks.replaceChildren();
      return;
    }
    const span = { startUs, endUs };
    const all = line.counts.map((count, i) => count + (line.expected[i] ?? 0));
    const most = all.reduce((a, b) => Math.max(a, b), 1);
    const read = rowsPath(line.counts, line, span, most);
    this.paths.get('read')?.setAttribute('d', read);
    this.paths.get('done')?.setAttribute('d', read);
    this.paths.get('expected')?.setAttribute('d', rowsPath(all, line, span, most));
    this.drawUnread(line, span);
    this.marks.replaceChildren(...line.gaps.map(gap => this.mark(gap, span)));
    this.marks.hidden = line.gaps.length === 0;
    this.node.dataset.millraceRows = String(line.counts.reduce((a, b) => a + b, 0));
    this.node.dataset.millraceGaps = String(line.gaps.length + line.moreGaps);
  }

  /** The part of which nothing is known yet is hatched. */
  private drawUnread({ readUs, expected }: TimeLine, span: Span): void {
    const isUnknown = readUs !== null && readUs < span.endUs && !expected.some(count => count > 0);
    this.unread.hidden = !isUnknown;
    if (!isUnknown) return;
    this.unread.style.left = `${place(readUs, span)}%`;
    this.unread.title = `Rows behind ${zonedTime(readUs, this.zone)} have not been read yet`;
  }

  private mark(gap: TimeGap, span: Span): HTMLButtonElement {
    const mark = element('button', 'millrace-TimeLine-gap');
    mark.type = 'button';
    mark.tabIndex = -1;
    mark.dataset.kind = gap.kind;
    const left = place(gap.fromUs, span);
    mark.style.left = `${left}%`;
    mark.style.width = `${place(gap.toUs, span) - left}%`;
    const text = gapText(gap, this.zone);
    mark.title = `${text}: click to go to its end`;
    mark.setAttribute('aria-label', `${text}: go to its end`);
    mark.disabled = this.clock?.live === true;
    mark.addEventListener('click', () => this.actions.seek(gap.toUs));
    return mark;
  }

  private key(event: KeyboardEvent): void {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = this.clock?.nowUs ?? this.clock?.startUs ?? null;
    if (key === ' ') this.actions.toggle();
    else if (key === 'g' || key === 'G') this.actions.skipGap();
    else if ((key === 'PageUp' || key === 'PageDown') && this.bucketUs !== null && now !== null)
      this.actions.seek(this.within(now + (key === 'PageUp' ? 1 : -1) * this.bucketUs));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private within(us: number): number {
    const { startUs, endUs } = this.clock ?? { startUs: null, endUs: null };
    return Math.min(endUs ?? us, Math.max(startUs ?? us, us));
  }

  /** Tells the time under the pointer, and how many rows there are about it. */
  private point(event: PointerEvent): void {
    const { startUs, endUs } = this.clock ?? { startUs: null, endUs: null };
    if (startUs === null || endUs === null) return;
    const box = this.seek.node.getBoundingClientRect();
    const at = startUs + ((event.clientX - box.left) / Math.max(1, box.width)) * (endUs - startUs);
    const { line } = this;
    const bucket = line === null ? -1 : Math.floor((at - line.fromUs) / line.widthUs);
    const rows = line?.counts[bucket];
    const isUnread = line !== null && line.readUs !== null && at > line.readUs;
    const expected = line?.expected[bucket] ?? 0;
    const count = isUnread
      ? expected > 0
        ? ` · about ${whole(expected)} rows`
        : ' · not read yet'
      : rows === undefined
        ? ''
        : ` · ${whole(rows)} rows`;
    this.tip.textContent = zonedTime(this.within(at), this.zone) + count;
    if (!this.tip.isConnected) popupHost().append(this.tip);
    const left = Math.min(
      document.documentElement.clientWidth - this.tip.offsetWidth - 4,
      Math.max(4, event.clientX - this.tip.offsetWidth / 2),
    );
    this.tip.style.transform = `translate(${left}px, ${box.bottom + 6}px)`;
  }
}

interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

/** Where a time is, in hundredths of the width. */
function place(us: number, { startUs, endUs }: Span): number {
  return Math.min(100, Math.max(0, ((us - startUs) / (endUs - startUs)) * 100));
}

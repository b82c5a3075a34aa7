import { wallClock, type ChartSpec } from '@millrace/protocol';
import type { View } from 'vega';
import { whole } from '../format.js';
import type { Row } from '../model/rows.js';
import type { ViewModel } from '../model/viewModel.js';
import { rowText, valuesOf, type AskedRow } from '../origins/askedRow.js';
import { toolButton } from '../toolButton.js';
import { plotOf } from './linePainter.js';
import { datumOfItem, rowOfDatum, type SceneItem } from './markRows.js';

/** What asking about marks needs of a chart. */
interface AskedChart {
  readonly canvas: HTMLElement;
  readonly chart: ChartSpec;
  readonly timeZone: string | undefined;
  /** What it shows now. */
  model(): ViewModel | null;
  /** The row whose point is next to the pointer, of lines that are drawn beside Vega; undefined: Vega draws them. */
  point(event: MouseEvent): Row | null | undefined;
  /** Whether a double click means something. */
  isHeld(): boolean;
  ask(asked: AskedRow): void;
}

/** Pixels by which a pointer moves before it is a drag. */
const SLACK = 4;
/** A second click comes within so many milliseconds. */
const DOUBLE_MS = 300;
const MOST_LEVELS = 60;

const UNKNOWN = 'What this mark is drawn of is no row of the table any more.';

/** Asking where a chart's marks come from: by a click on a mark, or by the rows of the chart, which a button beneath it lists. */
export class ChartAsks {
  readonly button: HTMLButtonElement;
  private live = false;
  private pressed = { x: 0, y: 0 };
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether a click selects: then it asks with Alt. */
  private readonly selects: boolean;

  constructor(private readonly chart: AskedChart) {
    const { canvas } = chart;
    this.selects = chart.chart.form === 'vegaLite' && hasSelection(chart.chart.spec);
    const click = this.selects ? 'Alt and a click' : 'A click';
    const title = `Rows of the chart, and where they come from. ${click} on a mark leads to its row.`;
    this.button = toolButton('View', 'Rows', () => this.askForAll(null, this.button), title);
    // JupyterLab would take Enter for its own.
    this.button.dataset.lmSuppressShortcuts = 'true';
    canvas.addEventListener('pointerdown', event => (this.pressed = { x: event.clientX, y: event.clientY }));
    canvas.addEventListener('dblclick', () => clearTimeout(this.timer));
    this.setLive(false);
  }

  setLive(live: boolean): void {
    this.live = live;
    this.button.disabled = !live;
  }

  /** Follows the clicks on a view's marks. */
  attach(view: View): void {
    view.addEventListener('click', (event, item) => {
      if (event instanceof MouseEvent) this.clicked(event, item as SceneItem | null | undefined, view);
    });
    if (this.selects) return;
    const { classList } = this.chart.canvas;
    view.addEventListener('mouseover', (_event, item) =>
      classList.toggle('millrace-mod-asks', this.live && datumOfItem(item as SceneItem, 0, 0) !== null),
    );
    view.addEventListener('mouseout', () => classList.remove('millrace-mod-asks'));
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private clicked(event: MouseEvent, item: SceneItem | null | undefined, view: View): void {
    const { pressed, chart } = this;
    const isDrag = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > SLACK;
    if (!this.live || isDrag || event.shiftKey || event.altKey !== this.selects) return;
    const asked = this.askedOf(event, item, view);
    if (asked === null) return;
    clearTimeout(this.timer);
    // Of a double click, which lets the axis go, the first one asks nothing.
    if (chart.isHeld()) this.timer = setTimeout(asked, DOUBLE_MS);
    else asked();
  }

  /** What a click asks; null: nothing. */
  private askedOf(event: MouseEvent, item: SceneItem | null | undefined, view: View): (() => void) | null {
    const { canvas, timeZone } = this.chart;
    const model = this.chart.model();
    if (model === null) return null;
    const point = this.chart.point(event);
    if (point !== undefined) return point === null ? null : () => this.askAbout(0, point, model);
    const plot = plotOf(view);
    const box = canvas.getBoundingClientRect();
    const datum = datumOfItem(
      item,
      event.clientX - box.left + canvas.scrollLeft - plot.left,
      event.clientY - box.top - plot.top,
    );
    if (datum === null) return null;
    const drawn = rowOfDatum(datum, model, timeZone === undefined ? undefined : wallClock(timeZone));
    if ('row' in drawn) return () => this.askAbout(drawn.part, drawn.row, model);
    return () => this.askForAll(datum.__row === undefined ? togetherText(drawn.rows) : UNKNOWN, canvas);
  }

  private askAbout(part: number, row: Row, model: ViewModel): void {
    const shape = part === 0 ? model : model.others[part - 1];
    this.chart.ask({
      values: valuesOf(row, shape),
      text: rowText(row, shape),
      part,
      note: null,
      focus: () => this.chart.canvas.focus({ preventScroll: true }),
    });
  }

  private askForAll(note: string | null, from: HTMLElement): void {
    this.chart.ask({
      values: null,
      text: 'Rows of the chart',
      part: 0,
      note,
      focus: () => from.focus({ preventScroll: true }),
    });
  }
}

function togetherText(rows: number | null): string {
  const of = rows === null ? 'more than one row' : `${whole(rows)} rows`;
  return `This mark is no row: the chart's own transforms have put it together of ${of}. Choose one of the chart's rows; or aggregate in the cell, and chart the result: then each mark is a row.`;
}

/** Whether a spec has selections. */
function hasSelection(spec: unknown, depth = 0): boolean {
  if (typeof spec !== 'object' || spec === null || depth > MOST_LEVELS) return false;
  const { params } = spec as { readonly params?: unknown };
  const selects = (param: unknown): boolean =>
    typeof param === 'object' && param !== null && 'select' in param;
  if (Array.isArray(params) && params.some(selects)) return true;
  return Object.entries(spec).some(([key, value]) => key !== 'data' && hasSelection(value, depth + 1));
}

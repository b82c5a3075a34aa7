import { PROTOCOL_VERSION, type ViewColumn } from '@millrace/protocol';
import { element, setAttribute, setText } from '../dom.js';
import { GridSurface } from '../grid/gridSurface.js';
import { NO_ROWS } from '../model/noRows.js';
import type { Row } from '../model/rows.js';
import { ViewModel } from '../model/viewModel.js';
import { toolButton } from '../toolButton.js';
import type { ViewSettings } from './viewSettings.js';

/** Tables are written anew at most so often: they are read, not watched. */
const PAUSE_MS = 1000;

/** The rows of another model, as rows that are all there: nothing is asked for beyond them. */
class RowsOf extends ViewModel {
  constructor(private readonly source: ViewModel) {
    super({
      v: PROTOCOL_VERSION,
      viewId: '',
      view: { kind: 'grid', title: null },
      columns: [],
      key: [],
      snapshot: { arrow: '', status: NO_ROWS },
    });
  }

  /** Takes over what the source has now. */
  follow(): void {
    this.columns = this.source.columns as ViewColumn[];
    this.key = this.source.key;
  }

  override rows(): Row[] {
    return this.source.rows();
  }
}

interface Shown {
  readonly model: RowsOf;
  readonly grid: GridSurface;
}

/** The rows of a chart as tables below it, for who goes through them by keys or has them read; shown on demand. */
export class RowsBelow {
  readonly button = toolButton('View', 'Rows', () => this.toggle(), 'Show the rows of the chart as a table');
  readonly node = element('div', 'millrace-View-rows');
  private shown: readonly Shown[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly label: string,
    private readonly model: () => ViewModel,
    private settings: ViewSettings,
  ) {
    this.button.setAttribute('aria-expanded', 'false');
    this.node.hidden = true;
  }

  /** Whether its tables are there. */
  get isShown(): boolean {
    return this.shown.length > 0;
  }

  /** There are other rows. */
  changed(): void {
    if (this.shown.length === 0) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.draw();
    }, PAUSE_MS);
  }

  setSettings(settings: ViewSettings): void {
    this.settings = settings;
    for (const { grid } of this.shown) grid.setSettings(settings);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const { grid } of this.shown) grid.dispose();
    this.shown = [];
    this.node.replaceChildren();
  }

  private toggle(): void {
    const isShown = this.shown.length === 0;
    if (isShown) this.show();
    else this.dispose();
    this.node.hidden = !isShown;
    setAttribute(this.button, 'aria-expanded', String(isShown));
    setText(this.button, isShown ? 'Hide rows' : 'Rows');
  }

  private show(): void {
    const model = this.model();
    const models = [model, ...model.others];
    this.shown = models.map((source, at) => {
      const name = models.length === 1 ? `Rows of ${this.label}` : `Rows of ${this.label}, table ${at + 1}`;
      return { model: new RowsOf(source), grid: new GridSurface(name, () => undefined, this.settings) };
    });
    this.node.replaceChildren(...this.shown.map(({ grid }) => grid.node));
    this.node.hidden = false;
    this.draw();
  }

  private draw(): void {
    for (const { model, grid } of this.shown) {
      model.follow();
      grid.draw(model.whole(), model);
    }
  }
}

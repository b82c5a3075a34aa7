import { element, setText } from '../dom.js';

let made = 0;

/**
 * The nodes of a grid: a scroller, as high inside as the whole table would be, in which a table of as many rows as fit stands still. The table has the
 * focus, and says by `aria-activedescendant` which cell the keyboard is at: its rows are written anew all the time.
 */
export class GridFrame {
  readonly id = `millrace-grid-${++made}`;
  readonly scroller = element('div', 'millrace-Grid-scroller');
  readonly sizer = element('div', 'millrace-Grid-sizer');
  readonly table = element('table', 'millrace-Grid-table');
  readonly body = element('tbody');
  readonly empty = element('p', 'millrace-Grid-empty');
  readonly node = element('div', 'millrace-Grid');
  readonly tools = element('div', 'millrace-Grid-tools');
  /** How what takes a while is going. */
  readonly noted = element('span', 'millrace-Grid-note');
  /** What cannot be done, and why. */
  private readonly problem = element('p', 'millrace-Grid-problem');
  /** What is told to screen readers as it happens. */
  private readonly told = element('div', 'millrace-Grid-told');

  constructor(readonly label: string) {
    const { table, scroller, empty } = this;
    table.setAttribute('role', 'grid');
    table.setAttribute('aria-readonly', 'true');
    table.setAttribute('aria-multiselectable', 'true');
    table.setAttribute('aria-label', label);
    table.tabIndex = 0;
    scroller.tabIndex = -1;
    scroller.setAttribute('role', 'group');
    scroller.setAttribute('aria-label', `${label}, scrollable`);
    // JupyterLab would take the arrow keys to move between cells.
    this.node.dataset.lmSuppressShortcuts = 'true';
    this.told.setAttribute('role', 'status');
    empty.textContent = 'No rows so far';
    this.sizer.append(table, empty);
    scroller.append(this.sizer);
    this.tools.setAttribute('role', 'toolbar');
    this.tools.setAttribute('aria-label', `Tools of ${label}`);
    this.problem.setAttribute('role', 'alert');
    this.problem.hidden = true;
    this.node.append(this.tools, scroller, this.problem, this.told);
  }

  /** Shows what cannot be done; null: nothing is wrong. */
  complain(text: string | null): void {
    setText(this.problem, text ?? '');
    this.problem.hidden = text === null;
  }

  note(text: string): void {
    setText(this.noted, text);
  }

  /** Says something to screen readers. */
  tell(text: string): void {
    setText(this.told, text);
  }
}

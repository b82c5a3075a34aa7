import { element, setText } from '../dom.js';
import type { ViewSettings } from '../view/viewSettings.js';
import type { AskedRow } from './askedRow.js';
import type { OriginsClient } from './originsClient.js';
import { OriginsLevel, type OpenRows } from './originsLevel.js';

/** So many steps back one can go: each keeps its views. */
const MOST_LEVELS = 12;

/**
 * Where a row of a view comes from, beneath the view: what was asked about first, and the way from there to what was asked about since. It holds what it shows
 * open until it is closed.
 */
export class OriginsPanel {
  readonly node = element('section', 'millrace-Origins');
  private readonly way = element('ol', 'millrace-Origins-way');
  private readonly shown = element('div');
  private readonly status = element('div', 'millrace-Grid-told');
  private levels: OriginsLevel[] = [];
  /** Where the focus goes back to. */
  private focusBack: () => void = () => undefined;

  constructor(
    label: string,
    private readonly open: OpenRows,
  ) {
    const { node, way } = this;
    node.setAttribute('role', 'region');
    node.setAttribute('aria-label', `Where rows of ${label} come from`);
    node.tabIndex = -1;
    node.hidden = true;
    // Keys are the panel's, and the tables' in it.
    node.dataset.lmSuppressShortcuts = 'true';
    node.addEventListener('keydown', this.onKey);
    const steps = element('nav', '', way);
    steps.setAttribute('aria-label', 'Way to the row');
    const close = element('button', 'millrace-Origins-close', '✕');
    close.type = 'button';
    close.title = 'Close (Escape)';
    close.setAttribute('aria-label', 'Close');
    close.addEventListener('click', () => this.close());
    this.status.setAttribute('role', 'status');
    node.append(element('div', 'millrace-Origins-head', steps, close), this.shown, this.status);
  }

  /** Asks about a row of the view itself, in the place of what was asked before. */
  begin(asked: AskedRow, client: OriginsClient): void {
    this.backTo(0);
    this.focusBack = () => asked.focus();
    this.node.hidden = false;
    this.push(asked, client);
  }

  setSettings(settings: ViewSettings): void {
    for (const level of this.levels) level.setSettings(settings);
  }

  /** Gives up what it shows, and the focus back to where it was asked. */
  close(): void {
    if (this.node.hidden) return;
    const hadFocus = this.node.contains(this.node.ownerDocument.activeElement);
    this.dispose();
    if (hadFocus) this.focusBack();
  }

  dispose(): void {
    this.backTo(0);
    this.node.hidden = true;
  }

  private push(asked: AskedRow, client: OriginsClient): void {
    const depth = this.levels.length + 1;
    const level = new OriginsLevel(
      asked,
      client,
      this.open,
      (next, from) => this.further(depth, next, from),
      text => {
        setText(this.status, text);
        this.reveal();
      },
    );
    this.levels.push(level);
    this.show();
    this.node.focus({ preventScroll: true });
    this.reveal();
  }

  /** What is not seen is not drawn either. */
  private reveal(): void {
    this.node.scrollIntoView?.({ block: 'nearest' });
  }

  /** A row of what a level shows is asked about. */
  private further(depth: number, asked: AskedRow, client: OriginsClient): void {
    this.backTo(depth);
    if (depth < MOST_LEVELS) this.push(asked, client);
    else this.levels[depth - 1].complain(`${MOST_LEVELS} steps are kept: close this, and begin anew.`);
  }

  /** Leaves so many levels, and shows the last of them. */
  private backTo(levels: number): void {
    for (const level of this.levels.splice(levels).reverse()) level.dispose();
    this.show();
  }

  /** Goes back, to the row that was asked about from there. */
  private goBackTo(levels: number): void {
    const { asked } = this.levels[levels];
    this.backTo(levels);
    asked.focus();
  }

  private show(): void {
    const last = this.levels.length - 1;
    this.way.replaceChildren(
      ...this.levels.map(({ asked }, at) => {
        const item = element('li');
        if (at === last) {
          item.textContent = asked.text;
          item.setAttribute('aria-current', 'step');
          return item;
        }
        const button = element('button', 'millrace-Origins-back', asked.text);
        button.type = 'button';
        button.addEventListener('click', () => this.goBackTo(at + 1));
        item.append(button);
        return item;
      }),
    );
    for (const [at, { node }] of this.levels.entries()) {
      if (!node.isConnected) this.shown.append(node);
      node.hidden = at !== last;
    }
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const isBack = event.key === 'Backspace' || (event.altKey && event.key === 'ArrowLeft');
    if (event.defaultPrevented || event.target instanceof HTMLInputElement) return;
    if (event.key === 'Escape') this.close();
    else if (isBack && this.levels.length > 1) this.goBackTo(this.levels.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

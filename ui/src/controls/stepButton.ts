import type { SessionRequest, ShownWindows } from '@millrace/protocol';
import { element, setAttribute } from '../dom.js';
import { openMenu, type MenuItem } from '../grid/menu.js';
import { rememberedStep, rememberStep } from './barSettings.js';
import { popupHost } from './popup.js';

/** One step of the clock: how it is remembered, what it is called, and how it is asked for. */
interface Step {
  readonly id: string;
  readonly label: string;
  /** Null: there is nothing that could be waited for. */
  readonly request: SessionRequest | null;
}

const DURATIONS: readonly (readonly [label: string, us: number])[] = [
  ['1 s', 1e6],
  ['10 s', 10e6],
  ['1 min', 60e6],
  ['5 min', 300e6],
  ['1 h', 3600e6],
  ['1 day', 86_400e6],
];

/** Steps of the clock: a button for the one that was chosen last, and a menu of all. */
export class StepButton {
  readonly node = element('div', 'millrace-ReplayBar-steps');
  private readonly main = element('button', 'millrace-ReplayBar-step');
  private readonly more = element('button', 'millrace-ReplayBar-more');
  private windows: readonly ShownWindows[] = [];
  private gapLabel: string | null = null;
  private chosen = rememberedStep() ?? 'row';

  constructor(
    private readonly send: (request: SessionRequest) => void,
    private readonly skipGap: () => void,
  ) {
    this.main.type = 'button';
    this.main.addEventListener('click', () => this.take());
    this.more.type = 'button';
    this.more.setAttribute('aria-haspopup', 'menu');
    this.more.setAttribute('aria-label', 'Choose a step');
    this.more.title = 'Choose a step';
    this.more.addEventListener('click', () => this.openMenu());
    this.node.addEventListener('keydown', event => {
      if (event.key !== 'ArrowDown' || this.more.disabled) return;
      event.preventDefault();
      this.openMenu();
    });
    this.node.append(this.main, this.more);
    this.show();
  }

  /** @param gapLabel what is skipped with the next gap; null: there is none */
  update(isEnabled: boolean, windows: readonly ShownWindows[], gapLabel: string | null): void {
    this.main.disabled = this.more.disabled = !isEnabled;
    this.windows = windows;
    this.gapLabel = gapLabel;
    this.show();
  }

  private show(): void {
    const { label } = this.step();
    const text = `Step ${label.charAt(0).toLowerCase()}${label.slice(1)}`;
    setAttribute(this.main, 'aria-label', text);
    setAttribute(this.main, 'title', text);
    this.node.dataset.millraceStep = this.chosen;
  }

  private steps(): readonly Step[] {
    const bars = this.windows.find(each => each.bars);
    const ofWindow = (window: true | string | undefined): SessionRequest | null =>
      window === undefined ? null : { type: 'step', window };
    return [
      { id: 'row', label: 'One row', request: { type: 'clock', command: { type: 'step', events: 1 } } },
      { id: 'window', label: 'One window', request: ofWindow(this.windows.length > 0 ? true : undefined) },
      { id: 'bar', label: 'One bar', request: ofWindow(bars?.view) },
      ...(this.windows.length < 2
        ? []
        : this.windows.map(({ view, label }) => ({
            id: `window of ${label}`,
            label: `One window of ${label}`,
            request: ofWindow(view),
          }))),
      ...DURATIONS.map(([label, durationUs]) => ({
        id: label,
        label,
        request: { type: 'clock', command: { type: 'step', durationUs } } as const,
      })),
    ];
  }

  private step(): Step {
    const steps = this.steps();
    return steps.find(({ id }) => id === this.chosen) ?? steps[0];
  }

  private take(): void {
    const { request, id } = this.step();
    // Where no such table is shown the kernel says what to do.
    this.send(request ?? { type: 'step', window: id === 'bar' ? 'bar' : true });
  }

  private openMenu(): void {
    const items = this.steps().map(({ id, label, request }): MenuItem => ({
      label,
      checked: id === this.step().id,
      disabled: request === null,
      run: () => {
        this.chosen = id;
        rememberStep(id);
        this.show();
        this.take();
      },
    }));
    items.push({
      label: this.gapLabel === null ? 'Skip the next gap (G)' : `Skip: ${this.gapLabel} (G)`,
      disabled: this.gapLabel === null,
      run: () => this.skipGap(),
    });
    openMenu(popupHost(), this.node, 'Steps', items, () => this.main.focus());
  }
}

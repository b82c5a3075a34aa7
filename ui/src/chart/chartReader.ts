import { element, setText } from '../dom.js';

/** A summary is made anew at most so often: what is read out should stand still meanwhile, and it costs a look at every row. */
const PAUSE_MS = 10_000;
/** The first one, once the first rows have been drawn. */
const FIRST_MS = 500;

let made = 0;

/**
 * The words beside a chart, for who cannot see it. They change slowly, are never announced by themselves, and are new whenever the chart
 * gets the focus.
 */
export class ChartReader {
  readonly node = element('p', 'millrace-Chart-summary');
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hasText = false;
  private isBehind = false;

  /** @param host what the words are of; it has the focus */
  constructor(
    host: HTMLElement,
    private readonly summarise: () => string,
  ) {
    this.node.id = `millrace-chart-${++made}`;
    host.setAttribute('aria-describedby', this.node.id);
    host.addEventListener('focus', () => this.now());
  }

  /** There are other rows. */
  changed(): void {
    this.isBehind = true;
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        this.now();
      },
      this.hasText ? PAUSE_MS : FIRST_MS,
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.isBehind = false;
  }

  private now(): void {
    if (!this.isBehind) return;
    this.isBehind = false;
    this.hasText = true;
    try {
      setText(this.node, this.summarise());
    } catch {
      // Saved outputs can have any values in any column.
      setText(this.node, 'The rows of this chart cannot be told in words.');
    }
  }
}

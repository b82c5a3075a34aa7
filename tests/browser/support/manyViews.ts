import type { NotebookPage } from './notebookPage.js';

/** Readings of five devices, as many as are kept before anything is looked at: what is held does not grow with the rows that come. */
export const READINGS = `import { clock, generator, tumble, avg, first, last, max, min } from 'millrace';
const readings = generator.sensors({ devices: 5, rate: 20, duration: '6000 s', stuck: 0, dropouts: 0 });
const kept = readings.keep({ rows: 500 });
const candles = readings.window(tumble('1 s')).aggregate(t => ({
  open: first(t.value), high: max(t.value), low: min(t.value), close: last(t.value) }));
const means = readings.window(tumble('1 s')).groupBy('device').aggregate(t => ({ mean: avg(t.value) }));
await clock.start({ at: '2024-01-01T00:01:00Z', speed: 1 });`;

/** A grid, lines that are drawn beside Vega, and two charts that Vega draws. */
export const VIEWS = [
  'kept',
  `kept.line({ x: 'ts', y: 'value', color: 'device' })`,
  `candles.candlestick({ volume: null, last: '20 s' })`,
  `means.heatmap({ x: 'windowStart', y: 'device', color: 'mean', last: '20 s' })`,
];

/** Waits until all views together have been painted so many more times. */
export async function painted(notebook: NotebookPage, more: number): Promise<void> {
  await notebook.page.evaluate(more => {
    const views = [...document.querySelectorAll<HTMLElement>('[data-millrace-view]')];
    const seqOf = (view: HTMLElement): number => Number(view.dataset['millracePaintedSeq'] ?? 0);
    const first = views.map(seqOf);
    return new Promise<void>(resolve => {
      const look = (): void => {
        const total = views.reduce((sum, view, at) => sum + seqOf(view) - (first[at] ?? 0), 0);
        if (total >= more) resolve();
        else setTimeout(look, 50);
      };
      look();
    });
  }, more);
}

/** How many comms of a target the notebook's kernel has. */
export async function openComms(notebook: NotebookPage, target: string): Promise<number> {
  return await notebook.page.evaluate(async target => {
    // A view that was made of an output may be the current one.
    const panel = [...window.jupyterapp.shell.widgets('main')].find(widget => 'sessionContext' in widget);
    const { kernel } = panel?.sessionContext.session ?? {};
    const { content } = (await kernel?.requestCommInfo({ target_name: target })) ?? {};
    return Object.keys(content?.comms ?? {}).length;
  }, target);
}

/** Closes the views that were made of outputs. */
export async function closeOutputViews(notebook: NotebookPage): Promise<void> {
  await notebook.page.evaluate(() => {
    for (const widget of [...window.jupyterapp.shell.widgets('main')]) {
      const { content } = widget as { readonly content?: { readonly node?: HTMLElement } };
      if (content?.node?.matches('.jp-LinkedOutputView')) widget.dispose();
    }
  });
}

/** What can be seen of a page's views from outside. */
export interface Sightings {
  readonly views: number;
  /** Those that a reader can see. */
  readonly inSight: number;
  /** Those that have drawn something and have not given it up. */
  readonly awake: number;
  readonly open: number;
  /** Charts and grids with something drawn in them. */
  readonly drawn: number;
}

export async function sightings(notebook: NotebookPage): Promise<Sightings> {
  return await notebook.page.evaluate(() => {
    const views = [...document.querySelectorAll<HTMLElement>('[data-millrace-view]')];
    const scroller = document.querySelector('.jp-WindowedPanel-outer')?.getBoundingClientRect();
    const isInSight = (view: HTMLElement): boolean => {
      const { top, bottom, height } = view.getBoundingClientRect();
      return height > 0 && bottom > (scroller?.top ?? 0) && top < (scroller?.bottom ?? 0);
    };
    return {
      views: views.length,
      inSight: views.filter(isInSight).length,
      awake: views.filter(view => view.dataset['millraceAwake'] === 'true').length,
      open: views.filter(view => view.dataset['millraceChannel'] === 'open').length,
      drawn: views.filter(view => view.querySelector('canvas, tbody tr') !== null).length,
    };
  });
}

import type { ViewHandle } from './viewHandle.js';

/** A row of a grid as a user reads it: column name to text. */
export type GridRowText = Readonly<Record<string, string>>;

/**
 * All rows of a table's view, read off the grid by scrolling through it. Where a cell shows less than its value (digits cut),
 * the value in its tooltip is taken.
 */
export async function gridRows(view: ViewHandle): Promise<GridRowText[]> {
  const total = await view.total();
  const rows = new Map<number, GridRowText>();
  for (let next = 0; next < total;) {
    await view.node.locator('.millrace-Grid-scroller').evaluate((scroller, next) => {
      const row = scroller.querySelector('tbody tr');
      scroller.scrollTop = next * (row?.getBoundingClientRect().height ?? 24);
    }, next);
    await view.until(hasRow, next);
    for (const [index, row] of await view.node.evaluate(visibleRows)) rows.set(index, row);
    const before = next;
    while (rows.has(next)) next++;
    if (next === before) throw new Error(`row ${next} of ${total} does not show`);
  }
  return [...rows.entries()].sort(([a], [b]) => a - b).map(([, row]) => row);
}

/** Runs in the page. */
function hasRow(node: HTMLElement, index: number): boolean {
  const row = node.querySelector<HTMLElement>(`tbody tr[aria-rowindex="${index + 2}"]`);
  return row !== null && !row.hidden && !row.hasAttribute('data-pending');
}

/** Runs in the page. */
function visibleRows(node: Element): [number, Record<string, string>][] {
  const heads = [...node.querySelectorAll<HTMLElement>('thead th')];
  return [...node.querySelectorAll<HTMLElement>('tbody tr')]
    .filter(row => !row.hidden && !row.hasAttribute('data-pending'))
    .map(row => {
      const values: Record<string, string> = {};
      [...row.querySelectorAll<HTMLElement>('td')].forEach((cell, at) => {
        const name = heads[at]?.dataset['column'] ?? heads[at]?.textContent ?? '';
        // A cell has its tooltip when the pointer comes to it.
        cell.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
        values[name] = cell.title !== '' ? cell.title : (cell.textContent ?? '');
      });
      return [Number(row.getAttribute('aria-rowindex')) - 2, values];
    });
}

/** A number as a grid writes it: `1,234.50`. */
export function numberOf(text: string | undefined): number {
  return Number((text ?? '').replaceAll(',', '').replace('−', '-'));
}

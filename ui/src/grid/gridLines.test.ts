// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import type { Row } from '../model/rows.js';
import { COLUMNS, row } from '../testing.js';
import { ColumnFormat } from './columnFormat.js';
import { GridLines } from './gridLines.js';

const LINES = 8;

function made() {
  const body = document.createElement('tbody');
  const lines = new GridLines(body, 'g');
  const formats = COLUMNS.map((column, index) => new ColumnFormat(column, index));
  lines.grow(LINES, formats, true, 1);
  /** Shows the rows of a table from one on. */
  const show = (table: readonly Row[], first: number, mayTurn = true): void => {
    const rowAt = (line: number): Row | null => table[first + line] ?? null;
    lines.write({ first, count: LINES, rowAt, rewrite: false, before: null, mayTurn });
  };
  const nodes = () => [...body.rows];
  const written = () =>
    nodes().map(node => [
      node.getAttribute('aria-rowindex'),
      node.getAttribute('data-window-state'),
      node.getAttribute('data-pending'),
      ...[...node.cells].map(cell => cell.textContent),
    ]);
  return { lines, show, nodes, written };
}

const TABLE = Array.from({ length: 60 }, (_, id) => row(id, id + 0.5, id % 3));

describe('the lines of a grid', () => {
  it('keep the rows that stay on the screen, whichever way it is scrolled', () => {
    const { show, nodes } = made();
    show(TABLE, 10);
    const before = nodes();
    show(TABLE, 13);
    expect(nodes()).toEqual([...before.slice(3), ...before.slice(0, 3)]);
    show(TABLE, 12);
    expect(nodes()).toEqual([before[2], ...before.slice(3), ...before.slice(0, 2)]);
  });

  it('stay where they are while a cell is being clicked, and where most rows are others', () => {
    const { show, nodes } = made();
    show(TABLE, 10);
    const before = nodes();
    show(TABLE, 13, false);
    expect(nodes()).toEqual(before);
    show(TABLE, 18);
    expect(nodes()).toEqual(before);
  });

  it('show what lines would that never move, after any scrolling and any change', () => {
    const [turning, still] = [made(), made()];
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    let table: Row[] = [...TABLE];
    let first = 20;
    for (let round = 0; round < 500; round++) {
      const what = random(4);
      if (what === 0) first = Math.max(0, Math.min(table.length - 2, first + random(9) - 4));
      if (what === 1) table = [...table.slice(random(3)), row(1000 + round, round, 0)];
      if (what === 2) table[random(table.length)] = row(2000 + round, -round, 2);
      if (what === 3) table = table.map(each => (random(20) === 0 ? { ...each, state: 1 } : each));
      turning.show(table, first);
      still.show(table, first, false);
      expect(turning.written()).toEqual(still.written());
      expect(turning.lines.marked(first, LINES).map(({ cells }) => cells[0].parentElement)).toEqual(
        turning.nodes(),
      );
    }
  });

  it('explain a cell when somebody looks at it, and as long as it is there', () => {
    const { lines, show, nodes } = made();
    const long = [row(0, 1.123456789), row(1, 2.5)];
    show(long, 0);
    const title = () => nodes()[0].cells[3].getAttribute('title');
    expect(title()).toBeNull();
    lines.explain(0, 2);
    expect(title()).toBe('1.123456789');
    show([row(5, 7.987654321), row(1, 2.5)], 0, false);
    expect(title()).toBe('7.987654321');
  });
});

import type { Row } from '../model/rows.js';
import type { MarkedRow } from './cellMarks.js';
import type { ColumnFormat } from './columnFormat.js';
import { GridRow } from './gridRow.js';

/** What the lines of a grid are to show. */
export interface Shown {
  /** The number in the table of the first row on the screen. */
  readonly first: number;
  /** How many lines show a row; the others are hidden. */
  readonly count: number;
  /** The row that a line shows; null for one that is not here. */
  rowAt(line: number): Row | null;
  /** Whether rows that are there already are written anew. */
  readonly rewrite: boolean;
  /** What rows were before, by their ids, where those that change are to be marked. */
  readonly before: ReadonlyMap<number, Row> | null;
  /** Whether lines may go to another place of the screen. */
  readonly mayTurn: boolean;
}

/** The lines of a grid on the screen, from top to bottom. */
export class GridLines {
  private lines: readonly GridRow[] = [];

  /** @param id begins the ids of the cells */
  constructor(
    private readonly body: HTMLElement,
    private readonly id: string,
  ) {}

  get rows(): readonly HTMLTableRowElement[] {
    return this.lines.map(({ node }) => node);
  }

  clear(): void {
    this.lines = [];
    this.body.replaceChildren();
  }

  /** Sees to it that there are so many lines. @returns whether some came */
  grow(count: number, formats: readonly ColumnFormat[], hasStates: boolean, sticky: number): boolean {
    const { length } = this.lines;
    const more = Array.from(
      { length: Math.max(0, count - length) },
      (_, at) => new GridRow(formats, hasStates, sticky, `${this.id}-${length + at}`),
    );
    this.body.append(...more.map(({ node }) => node));
    this.lines = [...this.lines, ...more];
    return more.length > 0;
  }

  write({ first, count, rowAt, rewrite, before, mayTurn }: Shown): void {
    if (mayTurn && count === this.lines.length) this.turn(rowAt);
    for (const [at, line] of this.lines.entries()) {
      line.setHidden(at >= count);
      if (at >= count) continue;
      const row = rowAt(at);
      line.show(row, first + at, rewrite, row === null ? null : (before?.get(row.id) ?? null));
    }
  }

  /** Those that are not hidden, as rows whose cells may be marked. */
  marked(first: number, count: number): readonly MarkedRow[] {
    return this.lines.slice(0, count).map(({ cells }, at) => ({ index: first + at, cells }));
  }

  /** Gives a cell its tooltip. */
  explain(line: number, place: number): void {
    this.lines[line]?.explain(place);
  }

  /**
   * Puts lines that scroll out at one end to the other, so that rows which stay on the screen stay in their lines: nothing of them is written or
   * laid out anew.
   */
  private turn(rowAt: Shown['rowAt']): void {
    const { lines, body } = this;
    const most = lines.length / 2;
    const lineOf = (row: Row | null): number =>
      row === null ? -1 : lines.findIndex(line => line.row?.id === row.id);
    const up = lineOf(rowAt(0));
    if (up > 0 && up <= most) {
      const gone = lines.slice(0, up);
      body.append(...gone.map(({ node }) => node));
      this.lines = [...lines.slice(up), ...gone];
      return;
    }
    const last = lineOf(rowAt(lines.length - 1));
    const down = lines.length - 1 - last;
    if (last < 0 || down === 0 || down > most) return;
    const gone = lines.slice(-down);
    body.prepend(...gone.map(({ node }) => node));
    this.lines = [...gone, ...lines.slice(0, -down)];
  }
}

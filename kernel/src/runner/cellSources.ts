import { SourceMap, type SourceMapPayload } from 'node:module';
import type { PreparedCell } from './contract.js';

/** A place in a cell's text; line and column from 1. */
export interface CellPlace {
  readonly cell: string;
  readonly line: number;
  readonly column: number;
  readonly sourceLine: string;
}

/** The texts and maps of the cells that have run, by the file name that V8 knows them by. */
export class CellSources {
  readonly #cells = new Map<
    string,
    { readonly filename: string; readonly map: SourceMap; readonly lines: readonly string[] }
  >();

  add(scriptName: string, cell: PreparedCell): void {
    const payload = JSON.parse(cell.map) as SourceMapPayload;
    const lines = (payload.sourcesContent[0] ?? '').split(/\r?\n/);
    this.#cells.set(scriptName, { filename: cell.filename, map: new SourceMap(payload), lines });
  }

  /** Where in a cell's text a place of its JavaScript (from 1) is; null for code that is no cell's. */
  find(scriptName: string | null | undefined, line: number, column: number): CellPlace | null {
    const cell = scriptName == null ? undefined : this.#cells.get(scriptName);
    if (cell === undefined) return null;
    const entry = cell.map.findEntry(line - 1, column - 1);
    if (!('originalLine' in entry) || entry.originalLine >= cell.lines.length) return null;
    const sourceLine = cell.lines[entry.originalLine];
    return {
      cell: cell.filename,
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
      sourceLine,
    };
  }
}

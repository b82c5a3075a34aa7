import { SourceMap, type SourceMapPayload } from 'node:module';

/** A place in a cell's text; line and column from 1. */
export interface CellPlace {
  readonly cell: string;
  readonly line: number;
  readonly column: number;
  readonly sourceLine: string;
}

/** A script whose places are to be found: a cell, or a file that one imports. */
export interface Source {
  /** What it is called. */
  readonly filename: string;
  readonly text: string;
  /** The source map (version 3) of its JavaScript; null where that is its text. */
  readonly map: string | null;
}

/** Scripts whose places are remembered, and characters of theirs: a notebook that runs for days makes ever new ones. */
const MOST_SCRIPTS = 2000;
const MOST_CHARACTERS = 32 * 1024 * 1024;

/** The texts and maps of the cells that have run last, and of files, by the name that V8 knows them by. */
export class CellSources {
  readonly #sources = new Map<string, Source>();
  #characters = 0;
  /** The last map that was read: frames of one stack are mostly of one script. */
  #read: { readonly source: Source; readonly map: SourceMap } | null = null;

  add(scriptName: string, source: Source): void {
    this.#forget(scriptName);
    this.#sources.set(scriptName, source);
    this.#characters += weight(source);
    for (const oldest of this.#sources.keys()) {
      const isTooMuch = this.#sources.size > MOST_SCRIPTS || this.#characters > MOST_CHARACTERS;
      if (!isTooMuch || oldest === scriptName) return;
      this.#forget(oldest);
    }
  }

  /** Whether a script is a cell, or a file that one imports. */
  has(scriptName: string | null | undefined): boolean {
    return scriptName != null && this.#sources.has(scriptName);
  }

  /** Where in a source's text a place of its JavaScript (from 1) is; null for code that is none's. */
  find(scriptName: string | null | undefined, line: number, column: number): CellPlace | null {
    const source = scriptName == null ? undefined : this.#sources.get(scriptName);
    if (source === undefined) return null;
    const lines = source.text.split(/\r?\n/);
    const place = this.#original(source, line, column);
    if (place === null || place.line > lines.length) return null;
    return { cell: source.filename, ...place, sourceLine: lines[place.line - 1] };
  }

  #original(source: Source, line: number, column: number): { line: number; column: number } | null {
    if (source.map === null) return { line, column };
    if (this.#read?.source !== source) {
      this.#read = { source, map: new SourceMap(JSON.parse(source.map) as SourceMapPayload) };
    }
    const entry = this.#read.map.findEntry(line - 1, column - 1);
    return 'originalLine' in entry
      ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
      : null;
  }

  #forget(scriptName: string): void {
    const source = this.#sources.get(scriptName);
    if (source === undefined) return;
    this.#characters -= weight(source);
    this.#sources.delete(scriptName);
  }
}

function weight({ text, map }: Source): number {
  return text.length + (map?.length ?? 0);
}

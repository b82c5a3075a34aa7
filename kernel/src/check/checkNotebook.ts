import { dirname } from 'node:path';
import { changePins, type FoundPin } from 'millrace/host';
import { compareOutputs, type OutputComparison } from './compareOutputs.js';
import { comparePin, notePins } from './comparePins.js';
import type { CheckOptions, Difference, Failure, NotebookReport } from './contract.js';
import { CheckError } from './error.js';
import { readNotebook, savedForm, writeNotebook, type Notebook, type NotebookCell } from './notebook.js';
import { placeOf, runNotebook, type NotebookRun } from './runNotebook.js';

/** Outputs of cells of this tag are others each time, and are not compared. */
const VOLATILE = 'volatile';

type Found = Omit<NotebookReport, 'path' | 'outcome'>;

const NOTHING: Found = { compared: { pins: 0, outputs: 0 }, differences: [], failure: null, notes: [] };

/** Runs a notebook and compares what it gives with what was kept of it, or keeps that instead. Never rejects for what is in the notebook. */
export async function checkNotebook(
  path: string,
  shown: string,
  options: CheckOptions,
  signal: AbortSignal,
): Promise<NotebookReport> {
  try {
    const notebook = await readNotebook(path, shown);
    const run = await runNotebook(notebook, { timeoutMs: options.timeoutMs, renew: options.update, signal });
    const found = compared(notebook, run, options);
    if (found.failure !== null) return { path: shown, outcome: 'failed', ...found };
    if (!options.update) {
      return { path: shown, outcome: found.differences.length > 0 ? 'different' : 'same', ...found };
    }
    const changed = await update(notebook, run, found.differences);
    return { path: shown, outcome: changed ? 'updated' : 'same', ...found };
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    const failure: Failure = { cell: null, name: error.name, message: error.message, traceback: [] };
    return { path: shown, outcome: 'failed', ...NOTHING, failure };
  }
}

/** All that differs, in the order of the cells. */
function compared(notebook: Notebook, run: NotebookRun, options: CheckOptions): Found {
  const { failure, otherFile } = run;
  const differences: Difference[] = [];
  const notes: string[] = [];
  let outputs = 0;
  if (!options.update && !notebook.cells.some(cell => cell.hasRun)) {
    notes.push('no outputs are saved in it to be compared with: --update saves them');
  }
  for (const cell of notebook.cells) {
    const place = placeOf(notebook, cell);
    const pins = run.pins.filter(({ owner }) => owner === cell.id);
    differences.push(
      ...pinDifferences(notebook, pins, options.update).map(each => ({ cell: place, ...each })),
    );
    if (otherFile?.cell.id === cell.id) {
      const text = otherFile.message;
      differences.push({ cell: place, kind: 'file', name: fileOf(text), text, rows: null });
    }
    const found = comparedCell(cell, run, options);
    if (found === null) continue;
    outputs += found.compared;
    differences.push(...found.differences.map(each => ({ cell: place, kind: 'output' as const, ...each })));
    notes.push(...found.notes.map(note => `Cell [${place.number}], ${note}`));
  }
  const known = new Set(notebook.cells.map(({ id }) => id));
  const others = run.pins.filter(({ owner }) => owner === null || !known.has(owner));
  differences.push(
    ...pinDifferences(notebook, others, options.update).map(each => ({ cell: null, ...each })),
  );
  return { compared: { pins: run.pins.length, outputs }, differences, failure, notes };
}

function pinDifferences(
  notebook: Notebook,
  pins: readonly FoundPin[],
  update: boolean,
): Omit<Difference, 'cell'>[] {
  return pins.flatMap(found => {
    const difference = comparePin(found, notebook, update);
    return difference === null ? [] : [{ kind: found.kind, name: found.name, ...difference }];
  });
}

function fileOf(message: string): string {
  return /'([^']*)'/.exec(message)?.[1] ?? 'a file';
}

/** What differs in a cell's outputs; null where they are not compared. */
function comparedCell(
  cell: NotebookCell,
  { outputs }: NotebookRun,
  { prints, update }: CheckOptions,
): OutputComparison | null {
  const now = outputs.get(cell.id);
  if (!cell.hasRun || now === undefined || cell.tags.includes(VOLATILE)) return null;
  // A cell that has failed is told by itself.
  if (now.some(({ output_type: type }) => type === 'error') && !cell.tags.includes('raises-exception'))
    return null;
  return compareOutputs(cell.outputs, now, { prints: prints || update, pins: update });
}

/** Writes what a run gave: the outputs of cells where they differ, and all pins. Returns whether anything was changed. */
async function update(
  notebook: Notebook,
  run: NotebookRun,
  differences: readonly Difference[],
): Promise<boolean> {
  const before = JSON.stringify(notebook.json);
  const differing = new Set(differences.map(({ cell }) => cell?.id));
  for (const [index, cell] of notebook.cells.entries()) {
    const now = run.outputs.get(cell.id);
    if (now === undefined || (cell.hasRun && !differing.has(cell.id))) continue;
    cell.json.outputs = now.map(savedForm);
    cell.json.execution_count = index + 1;
  }
  notePins(notebook, run.pins);
  const isChanged = JSON.stringify(notebook.json) !== before;
  if (isChanged) await writeNotebook(notebook);
  return (await updatePins(dirname(notebook.path), run.pins)) || isChanged;
}

/** Writes pins beside the notebook. */
async function updatePins(directory: string, pins: readonly FoundPin[]): Promise<boolean> {
  if (pins.length === 0) return false;
  let isChanged = false;
  await changePins(directory, ({ files, results }) => {
    const before = JSON.stringify([[...files], [...results]]);
    for (const found of pins) {
      if (found.kind === 'file') files.set(found.name, found.pin);
      else results.set(found.name, found.pin);
    }
    isChanged = JSON.stringify([[...files], [...results]]) !== before;
  });
  return isChanged;
}

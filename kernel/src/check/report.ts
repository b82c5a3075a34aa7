import type { CellPlace, Difference, Failure, NotebookReport } from './contract.js';

/** What became of a notebook, as people read it, without what a terminal takes for commands: notebooks are others' files. Equal runs give equal text. */
export function reportText(report: NotebookReport): string {
  return linesOf(report).replaceAll(/[^\P{Cc}\n\t]/gu, '');
}

function linesOf({ path, outcome, compared, differences, failure, notes }: NotebookReport): string {
  const what = [counted(compared.pins, 'pin'), counted(compared.outputs, 'output')].join(' and ');
  switch (outcome) {
    case 'same':
      return [`${path}: the same, ${what} compared`, ...notes.map(note => `  ${note}`)].join('\n');
    case 'updated':
      return [`${path}: updated`, ...differences.flatMap(each => differenceLines(each))].join('\n');
    case 'different':
      return [
        `${path}: ${counted(differences.length, 'difference')}`,
        ...differences.flatMap(differenceLines),
        ...notes.map(note => `  ${note}`),
      ].join('\n');
    case 'failed':
      return [
        `${path}: could not be run`,
        ...differences.flatMap(differenceLines),
        ...failureLines(failure),
      ].join('\n');
  }
}

function differenceLines({ cell, kind, name, text }: Difference): string[] {
  const what =
    kind === 'file' ? `pinned file '${name}'` : kind === 'result' ? `pinned result '${name}'` : name;
  return [`  ${cell === null ? 'outside of its cells' : placeText(cell)}`, ...indented(`${what}: ${text}`)];
}

function failureLines(failure: Failure | null): string[] {
  if (failure === null) return [];
  const { cell, name, message, traceback } = failure;
  const lines = traceback.length > 0 ? traceback.join('\n') : `${name}: ${message}`;
  return [...(cell === null ? [] : [`  ${placeText(cell)}`]), ...indented(lines)];
}

function placeText({ number, line }: CellPlace): string {
  return `Cell [${number}]  ${line}`;
}

function indented(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map(line => `    ${line}`.trimEnd());
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

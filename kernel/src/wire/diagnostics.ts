import type { CellDiagnostic, CellError } from '../runner/contract.js';

/** A cell's type errors as Jupyter shows an error: each finding with its place, its line and a mark under it. */
export function diagnosticsError(
  diagnostics: readonly CellDiagnostic[],
  code: string,
  filename: string,
): CellError {
  const errors = diagnostics.filter(each => each.severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return {
    ename: first.code,
    evalue: `${first.message}${more}`,
    traceback: errors.map(each => describe(each, code, filename)),
  };
}

/** Warnings as text for stderr. */
export function warningsText(diagnostics: readonly CellDiagnostic[], code: string, filename: string): string {
  const warnings = diagnostics.filter(each => each.severity === 'warning');
  return warnings.map(each => `${describe(each, code, filename)}\n`).join('');
}

function describe(diagnostic: CellDiagnostic, code: string, filename: string): string {
  const { line, column, endLine, endColumn, severity, message } = diagnostic;
  const text = diagnostic.file?.lineText ?? code.split('\n')[line - 1] ?? '';
  const width = endLine === line ? Math.max(1, endColumn - column) : Math.max(1, text.length - column + 1);
  const number = String(line);
  const margin = ' '.repeat(number.length);
  return [
    `${diagnostic.file?.name ?? filename}:${line}:${column} ${severity} ${diagnostic.code}: ${message}`,
    `${number} | ${text}`,
    `${margin} | ${text.slice(0, column - 1).replace(/\S/g, ' ')}${'~'.repeat(width)}`,
  ].join('\n');
}

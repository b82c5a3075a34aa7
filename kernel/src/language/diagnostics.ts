import ts from 'typescript';
import { findMagic } from '../magics/catalog.js';
import type { CellDiagnostic } from '../runner/contract.js';
import { OWN } from './expressionLogic.js';

/** The codes that say that something is `any` for want of an annotation. */
const isImplicitAny = (code: number): boolean => code >= 7005 && code <= 7061;

/** The findings that are about the user's text, in its order, each once. */
export function cellDiagnostics(diagnostics: readonly ts.Diagnostic[], end: number): CellDiagnostic[] {
  const isOwn = ({ category, start, code }: ts.Diagnostic): boolean =>
    category === ts.DiagnosticCategory.Error && start !== undefined && start <= end && !isImplicitAny(code);
  const sorted = diagnostics.filter(isOwn).sort((a, b) => a.start! - b.start!);
  const seen = new Set<string>();
  return sorted
    .map(diagnostic => toCellDiagnostic(diagnostic, end))
    .filter(({ line, column, code }) => {
      const key = `${line}:${column}:${code}`;
      return !seen.has(key) && seen.add(key);
    });
}

/** The findings of a file that a cell imports. */
export function fileDiagnostics(diagnostics: readonly ts.Diagnostic[], name: string): CellDiagnostic[] {
  return diagnostics
    .filter(each => each.file !== undefined)
    .filter(({ category, code }) => category === ts.DiagnosticCategory.Error && !isImplicitAny(code))
    .map(each => {
      const found = toCellDiagnostic(each, each.file!.text.length);
      return { ...found, file: { name, lineText: each.file!.text.split(/\r?\n/)[found.line - 1] ?? '' } };
    });
}

function toCellDiagnostic(diagnostic: ts.Diagnostic, end: number): CellDiagnostic {
  const file = diagnostic.file!;
  const from = Math.min(diagnostic.start!, end);
  const start = file.getLineAndCharacterOfPosition(from);
  const stop = file.getLineAndCharacterOfPosition(Math.min(from + (diagnostic.length ?? 0), end));
  return {
    severity: 'error',
    code: `${diagnostic.source === OWN ? 'MR' : 'TS'}${diagnostic.code}`,
    message:
      plainMessage(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')) +
      installHint(diagnostic) +
      magicHint(file, start.line),
    line: start.line + 1,
    column: start.character + 1,
    endLine: stop.line + 1,
    endColumn: stop.character + 1,
  };
}

/** What to do about a package that is not there. */
function installHint({ code, messageText }: ts.Diagnostic): string {
  const found =
    code === 2307
      ? /module '((?:@[^/']+\/)?[^./'@:][^/':]*)/.exec(ts.flattenDiagnosticMessageText(messageText, ''))
      : null;
  return found === null
    ? ''
    : ` Run %install ${found[1]} in a cell before this one, or beside the notebook: npm install ${found[1]}`;
}

/** A line that looks like a magic and is none, since the line before it goes on. */
function magicHint(file: ts.SourceFile, line: number): string {
  const text = file.text.split('\n')[line] ?? '';
  const name = /^\s*%([a-z]+)\b/.exec(text)?.[1];
  return name === undefined || findMagic('line', name) === undefined
    ? ''
    : ` This % is the remainder of the line before it: end that line with a semicolon to write the magic %${name}.`;
}

/** TypeScript speaks of settings, where what is asked for is in newer Nodes only. */
const NEWER_LIBRARY =
  / Do you need to change your target library\? Try changing the 'lib' compiler option to '[^']*' or later\./g;

/** Without the names of the modules that cells are, which nobody has written. */
export function plainMessage(message: string): string {
  const told = message.replace(
    NEWER_LIBRARY,
    ` Node ${process.versions.node}, which runs the cells, does not have it: a newer one does.`,
  );
  return told.replace(/(?:typeof )?import\("[^"]*\/\.cell-\d+(?:-rows[^"]*)?"\)\.?/g, '');
}

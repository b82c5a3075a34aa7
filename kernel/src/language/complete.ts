import ts from 'typescript';
import type { Completion } from './api.js';
import type { KnownName } from './names.js';
import { fromCodePoints, toCodePoints } from './offsets.js';

/** More matches than this are cut off: nobody reads them, and every one crosses to the front end. */
const MOST_MATCHES = 500;

/** The completions at a cursor of a cell whose module is the file's text. */
export function completions(
  service: ts.LanguageService,
  file: string,
  code: string,
  cursor: number,
  names: readonly KnownName[],
): Completion {
  const position = fromCodePoints(code, cursor);
  const info = service.getCompletionsAtPosition(file, position, {
    includeCompletionsWithInsertText: true,
    includeCompletionsForImportStatements: true,
  });
  const word = /[\p{ID_Continue}$\u200c\u200d]*$/u.exec(code.slice(0, position))![0];
  const entries = new Map<string, { text: string; type: string; order: string; from: number }>();
  for (const entry of info?.entries ?? []) {
    const from =
      entry.replacementSpan?.start ?? info?.optionalReplacementSpan?.start ?? position - word.length;
    const text = entry.insertText ?? entry.name;
    // `[Symbol]` for a member that is no identifier: never what was meant by a dot.
    if (text.startsWith('[') || !startsLike(entry.name, code.slice(from, position))) continue;
    entries.set(text, { text, type: typeOf(entry.kind), order: entry.sortText + entry.name, from });
  }
  // Names of earlier cells are not in the module yet; they belong where any name in scope does.
  if (info === undefined ? word !== '' : info.entries.some(entry => entry.name === 'globalThis')) {
    for (const { name } of names) {
      if (entries.has(name) || !startsLike(name, word)) continue;
      entries.set(name, { text: name, type: 'variable', order: `11${name}`, from: position - word.length });
    }
  }
  const from = Math.min(position, ...[...entries.values()].map(entry => entry.from));
  const sorted = [...entries.values()]
    .filter(entry => entry.from === from)
    .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
    .slice(0, MOST_MATCHES);
  const cursorStart = toCodePoints(code, from);
  const end = position + /^[\p{ID_Continue}$\u200c\u200d]*/u.exec(code.slice(position))![0].length;
  const cursorEnd = toCodePoints(
    code,
    word === '' && sorted.length === 0 ? position : Math.max(position, end),
  );
  return {
    matches: sorted.map(entry => entry.text),
    cursorStart,
    cursorEnd,
    types: sorted.map(({ text, type }) => ({ text, type, start: cursorStart, end: cursorEnd })),
  };
}

function startsLike(name: string, typed: string): boolean {
  return name.toLowerCase().startsWith(typed.replace(/^(['"`]|\??\.)/, '').toLowerCase());
}

/** The service's kinds in the words of JupyterLab's completer. */
function typeOf(kind: ts.ScriptElementKind): string {
  switch (kind) {
    case ts.ScriptElementKind.memberFunctionElement:
    case ts.ScriptElementKind.functionElement:
    case ts.ScriptElementKind.localFunctionElement:
      return 'function';
    case ts.ScriptElementKind.memberVariableElement:
    case ts.ScriptElementKind.memberGetAccessorElement:
    case ts.ScriptElementKind.memberAccessorVariableElement:
      return 'property';
    case ts.ScriptElementKind.classElement:
    case ts.ScriptElementKind.localClassElement:
      return 'class';
    case ts.ScriptElementKind.interfaceElement:
    case ts.ScriptElementKind.typeElement:
    case ts.ScriptElementKind.typeParameterElement:
      return 'interface';
    case ts.ScriptElementKind.moduleElement:
    case ts.ScriptElementKind.externalModuleName:
    case ts.ScriptElementKind.scriptElement:
    case ts.ScriptElementKind.directory:
      return 'module';
    case ts.ScriptElementKind.enumElement:
    case ts.ScriptElementKind.enumMemberElement:
      return 'enum';
    case ts.ScriptElementKind.keyword:
      return 'keyword';
    case ts.ScriptElementKind.string:
      return 'text';
    default:
      return 'variable';
  }
}

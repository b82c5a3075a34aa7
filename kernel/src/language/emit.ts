import ts from 'typescript';
import type { PreparedCell } from '../runner/contract.js';
import type { CellSource } from './api.js';
import type { LocalImports } from './localModules.js';
import type { CellModule } from './module.js';
import { topLevelDeclarations } from './declarations.js';
import { magicCalls } from './magicCalls.js';
import { namesWithTypes } from './notebookNames.js';
import { rewriteCell, wrapperNames } from './rewrite.js';

/** Emits a checked cell as JavaScript: an async function over the notebook's scope, with its source map. */
export function emitCell(
  program: ts.Program,
  fileName: string,
  module: CellModule,
  source: CellSource,
  local: LocalImports,
): PreparedCell {
  const file = program.getSourceFile(fileName)!;
  const end = module.code.length;
  const declarations = topLevelDeclarations(file, end);
  const names = wrapperNames(module.identifiers);
  let javascript = '';
  let map = '';
  const write = (name: string, text: string): void => {
    if (name.endsWith('.map')) map = text;
    else javascript = text;
  };
  const checker = program.getTypeChecker();
  const listed = () => JSON.stringify(namesWithTypes(checker, file, module.listed));
  const calls = magicCalls(module.magics, names.load, listed);
  const before = [rewriteCell(checker, declarations, end, names, calls)];
  program.emit(file, write, undefined, false, { before });
  const values = declarations.filter(declaration => declaration.kind !== 'type' && !declaration.ambient);
  const filename = `Cell [${source.executionCount}]`;
  return {
    cellId: source.cellId,
    executionCount: source.executionCount,
    filename,
    javascript: wrap(javascript, names.scope, names.load),
    map: shift(map, filename, module.original),
    result: resultPlace(file, end),
    modules: local.modules,
    imports: local.imports,
    declares: [...new Set(values.map(declaration => declaration.name))],
  };
}

function resultPlace(file: ts.SourceFile, end: number): PreparedCell['result'] {
  const last = file.statements.findLast(each => each.getStart(file) < end && !ts.isEmptyStatement(each));
  if (last === undefined || !ts.isExpressionStatement(last)) return null;
  const { line, character } = file.getLineAndCharacterOfPosition(last.getStart(file));
  return { line: line + 1, column: character + 1 };
}

/** One line goes before the emitted statements, so that the map moves by a line and no column. */
function wrap(statements: string, scope: string, load: string): string {
  const body = statements
    .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '')
    .replace(/(^|\n)export \{\s*\};\s*$/, '$1');
  return `async (${scope}, ${load}) => { 'use strict';\n${body}\n}`;
}

function shift(map: string, filename: string, code: string): string {
  const parsed = JSON.parse(map) as { mappings: string };
  return JSON.stringify({
    ...parsed,
    file: filename,
    sources: [filename],
    sourcesContent: [code],
    mappings: `;${parsed.mappings}`,
  });
}

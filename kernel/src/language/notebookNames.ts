import ts from 'typescript';
import { plainMessage } from './diagnostics.js';

/** Types are cut to so many characters. */
const MOST_CHARACTERS = 120;

/** Names that a cell's module sees, each with its type as text; names of types alone have `null`. */
export function namesWithTypes(
  checker: ts.TypeChecker,
  file: ts.SourceFile,
  names: readonly string[],
): Record<string, string | null> {
  if (names.length === 0) return {};
  const wanted = new Set(names);
  const meaning =
    ts.SymbolFlags.Value | ts.SymbolFlags.Type | ts.SymbolFlags.Alias | ts.SymbolFlags.Namespace;
  const known = new Map<string, string | null>();
  for (const symbol of checker.getSymbolsInScope(file, meaning)) {
    if (wanted.has(symbol.name) && !known.has(symbol.name))
      known.set(symbol.name, typeText(checker, file, symbol));
  }
  return Object.fromEntries(names.map(name => [name, known.get(name) ?? null]));
}

function typeText(checker: ts.TypeChecker, file: ts.SourceFile, symbol: ts.Symbol): string | null {
  const meant = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
  if ((meant.flags & ts.SymbolFlags.Value) === 0) return null;
  const text = plainMessage(checker.typeToString(checker.getTypeOfSymbolAtLocation(meant, file)));
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}

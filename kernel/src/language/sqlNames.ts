import ts from 'typescript';
import type { Completion } from './api.js';
import { nodeAt } from './literals.js';
import type { Magic } from './magics.js';
import { completion } from './textCompletions.js';

/** The columns of the notebook's streams and tables by their names. */
export type Tables = ReadonlyMap<string, readonly string[]>;

/** Whether a position is in a query in SQL: the cell below `%%sql`, or a text behind the tag `sql`. */
export function isInSql(file: ts.SourceFile, magics: readonly Magic[], position: number): boolean {
  const magic = magics.find(({ definition }) => definition.kind === 'cell' && definition.name === 'sql');
  if (magic !== undefined) return position > magic.start + '%%sql'.length;
  const node = nodeAt(file, Math.max(0, position - 1));
  const tagged = ts.findAncestor(node, ts.isTaggedTemplateExpression);
  if (tagged === undefined || !ts.isIdentifier(tagged.tag) || tagged.tag.text !== 'sql') return false;
  const isText =
    ts.isNoSubstitutionTemplateLiteral(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node);
  return isText && position > node.getStart(file);
}

/** The tables that may be meant at a cursor in SQL; behind a table and a point its columns. */
export function sqlCompletions(code: string, position: number, tables: Tables): Completion {
  const [, table, typed] = /(?:([\p{ID_Start}$_][\p{ID_Continue}$]*)\.)?([\p{ID_Continue}$]*)$/u.exec(
    code.slice(0, position),
  )!;
  const rest = /^[\p{ID_Continue}$]*/u.exec(code.slice(position))![0];
  const names = table === undefined ? [...tables.keys()].sort() : (tables.get(table) ?? []);
  const matches = names
    .filter(name => name.toLowerCase().startsWith(typed.toLowerCase()))
    .map(name => ({
      text: table === undefined ? name : sqlName(name),
      type: table === undefined ? 'table' : 'column',
    }));
  return completion(code, position - typed.length, position + rest.length, matches.slice(0, 500));
}

/** A name as SQL takes it: quoted where it is no plain word. */
function sqlName(name: string): string {
  return /^[a-z_][a-z\d_]*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

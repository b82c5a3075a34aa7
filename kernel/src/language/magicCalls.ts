import ts from 'typescript';
import type { Magic } from './magics.js';
import { mapped } from './nodes.js';

/** What the magics of a cell do to its statements. */
export interface MagicCalls {
  /** A statement of the cell, rewritten, with the magic that stands for it or around it. */
  around(
    file: ts.SourceFile,
    statement: ts.Statement,
    rewritten: ts.Statement[],
    isLast: boolean,
  ): ts.Statement[];
  /** The whole cell, rewritten, with the magic around it. */
  whole(rewritten: ts.Statement[]): ts.Statement[];
}

/**
 * Magics become calls of the loader: `await $import.magic('who', …)` in place of the statement that stands for one, and
 * `$import.time(0)` and `$import.timed(0, value)` around what is timed.
 *
 * @param load the name of the loader
 * @param listed the names of the notebook with their types, as JSON
 */
export function magicCalls(magics: readonly Magic[], load: string, listed: () => string): MagicCalls {
  const { factory } = ts;
  const placed = new Map(magics.filter(magic => magic.codeStart < 0).map(magic => [magic.start, magic]));
  const timed = magics.filter(magic => magic.definition.name === 'time');

  const call = (method: string, ...args: readonly ts.Expression[]): ts.CallExpression =>
    factory.createCallExpression(
      factory.createPropertyAccessExpression(factory.createIdentifier(load), method),
      undefined,
      args,
    );
  const timing = (method: string, magic: Magic, ...args: readonly ts.Expression[]): ts.CallExpression =>
    call(method, factory.createNumericLiteral(timed.indexOf(magic)), ...args);
  const run = (expression: ts.Expression): ts.Statement => factory.createExpressionStatement(expression);

  function magicCall(magic: Magic, statement: ts.Statement): ts.Statement {
    const texts = [magic.definition.name, magic.args, magic.body];
    if (magic.definition.name === 'who') texts.push(listed());
    const expression = call('magic', ...texts.map(text => factory.createStringLiteral(text)));
    return ts.setTextRange(run(factory.createAwaitExpression(mapped(expression, statement))), statement);
  }

  /** Ends a timing behind statements; where their last one has the value of the cell, the value comes first. */
  function ended(magic: Magic, rewritten: readonly ts.Statement[], isValue: boolean): ts.Statement[] {
    const last = rewritten.at(-1);
    const value =
      last !== undefined && (ts.isReturnStatement(last) || (isValue && ts.isExpressionStatement(last)))
        ? last.expression
        : undefined;
    if (last === undefined || value === undefined) return [...rewritten, run(timing('timed', magic))];
    const whole = timing('timed', magic, factory.createAwaitExpression(value));
    const kept = ts.isReturnStatement(last) ? factory.createReturnStatement(whole) : run(whole);
    return [...rewritten.slice(0, -1), ts.setTextRange(kept, last)];
  }

  return {
    around(file, statement, rewritten, isLast) {
      const start = statement.getStart(file);
      const magic = placed.get(start);
      if (magic !== undefined) return [magicCall(magic, statement)];
      const own = timed.find(each => isTimed(file, each, start));
      if (own === undefined) return rewritten;
      const inLine = file.statements.filter(
        each => !ts.isEmptyStatement(each) && isTimed(file, own, each.getStart(file)),
      );
      const begun = inLine[0] === statement ? [run(timing('time', own))] : [];
      const isEnd = inLine.at(-1) === statement;
      const isValue = isLast || ts.isExpressionStatement(statement);
      return [...begun, ...(isEnd ? ended(own, rewritten, isValue) : rewritten)];
    },
    whole(rewritten) {
      const own = timed.find(magic => magic.definition.kind === 'cell');
      return own === undefined ? rewritten : [run(timing('time', own)), ...ended(own, rewritten, false)];
    },
  };
}

/** Whether a statement begins in the line of a `%time`. */
function isTimed(file: ts.SourceFile, { definition, codeStart }: Magic, start: number): boolean {
  if (definition.kind === 'cell' || start < codeStart) return false;
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
  return lineOf(start) === lineOf(codeStart);
}

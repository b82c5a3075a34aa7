import ts from 'typescript';
import { expect, test } from 'vitest';
import { files } from '../support/checkout.js';

const LINES_OF_FILE = 400;
const LINES_OF_FUNCTION = 80;

const sources = files('.ts', '.mjs');

test(`no source file is longer than ${LINES_OF_FILE} lines`, () => {
  const long = sources.filter(({ text }) => lineCount(text) > LINES_OF_FILE);
  expect(long.map(({ path, text }) => `${path}: ${lineCount(text)}`)).toEqual([]);
});

test(`no function is longer than ${LINES_OF_FUNCTION} lines`, () => {
  const long = sources.filter(({ path }) => !path.includes('.test')).flatMap(longFunctions);
  expect(long).toEqual([]);
});

function lineCount(text: string): number {
  return text.split('\n').length - 1;
}

/** Functions by the lines that are their own: those of the functions inside count there. */
function longFunctions({ path, text }: { path: string; text: string }): string[] {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const line = (position: number): number => tree.getLineAndCharacterOfPosition(position).line;
  const found: string[] = [];
  /** The lines that functions below a node take. */
  const visit = (node: ts.Node): number => {
    let inside = 0;
    ts.forEachChild(node, child => {
      inside += visit(child);
    });
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return inside;
    const from = line(node.getStart(tree));
    const lines = line(node.end) - from + 1;
    if (lines - inside > LINES_OF_FUNCTION)
      found.push(`${path}:${from + 1}: ${lines - inside} lines of its own`);
    return lines - 1;
  };
  visit(tree);
  return found;
}

import { parseExpressionAt } from 'acorn';
import type { AnyNode } from 'acorn';
import { MillraceError } from '../columns/error.js';

/** The way to a value in JSON: `'properties.mag'`, `'coordinates[0]'`, `"['a.b']"`, or a function that does nothing but go there: `row => row.properties.mag`. */
// What a function is given is not known: whatever it looks at, its text is read, and it is not called.
export type JsonWay = string | ((value: never) => unknown);

/**
 * A way as text. Functions are read, never called, since they would run in another process than the rows are in.
 *
 * @throws MillraceError `MR1750` for a function that does more than to go somewhere
 */
export function jsonWayText(what: string, way: JsonWay): string {
  if (typeof way === 'string') return way;
  const steps = typeof way === 'function' ? stepsOf(Function.prototype.toString.call(way)) : null;
  if (steps !== null) return steps.map(stepText).join('');
  throw new MillraceError(
    'MR1750',
    `${what} has to say where a value is, and does something else.`,
    "Write a way, 'properties.mag' or row => row.properties.mag; compute in the query: .derive(t => ({ … })).",
  );
}

function stepText(step: string | number, place: number): string {
  if (typeof step === 'number') return `[${step}]`;
  if (/^[\p{L}\p{N}_$-]+$/u.test(step)) return `${place === 0 ? '' : '.'}${step}`;
  return `['${step.replace(/[\\']/gu, '\\$&')}']`;
}

/** The keys and places that an arrow function goes along, from its parameter on; null where it is no such function. */
function stepsOf(text: string): (string | number)[] | null {
  let node: AnyNode;
  try {
    node = parseExpressionAt(text, 0, { ecmaVersion: 2023 }) as AnyNode;
  } catch {
    return null;
  }
  if (node.type !== 'ArrowFunctionExpression' || node.end !== text.length || node.async) return null;
  const [parameter] = node.params;
  if (node.params.length !== 1 || parameter.type !== 'Identifier') return null;
  const steps: (string | number)[] = [];
  let at = node.body as AnyNode;
  for (;;) {
    if (at.type === 'ChainExpression') {
      at = at.expression;
    } else if (at.type === 'MemberExpression') {
      const key = at.property as AnyNode;
      if (!at.computed && key.type === 'Identifier') steps.unshift(key.name);
      else if (at.computed && key.type === 'Literal' && isStep(key.value)) steps.unshift(key.value);
      else return null;
      at = at.object as AnyNode;
    } else {
      return at.type === 'Identifier' && at.name === parameter.name ? steps : null;
    }
  }
}

function isStep(value: unknown): value is string | number {
  return typeof value === 'string' || (Number.isSafeInteger(value) && (value as number) >= 0);
}

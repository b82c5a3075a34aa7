import ts from 'typescript';
import type { TextMatch } from './textCompletions.js';

/** What a text may say: a duration, or a span of windows, which may be months. */
type Wanted = 'duration' | 'span';

const OFFERED = ['1 s', '10 s', '1 min', '5 min', '1 h', '1 day'];
const UNITS = ['ms', 's', 'min', 'h', 'day', 'week'];
const CALENDAR = ['month', 'quarter', 'year'];

/** Whether a text is one of the durations of Millrace, as its parameter or option is declared. */
export function wantsDuration(node: ts.StringLiteralLike, checker: ts.TypeChecker): Wanted | null {
  const { parent } = node;
  if (ts.isCallExpression(parent)) {
    const parameters = checker.getResolvedSignature(parent)?.parameters ?? [];
    return declared(parameters[parent.arguments.indexOf(node)]);
  }
  if (!ts.isPropertyAssignment(parent) || ts.isComputedPropertyName(parent.name)) return null;
  const { text } = parent.name as ts.Identifier | ts.StringLiteral;
  const options = [checker.getContextualType(parent.parent), declaredOptions(parent.parent, checker)];
  for (const type of options.flatMap(each => (each === undefined ? [] : partsOf(each, checker)))) {
    const wanted = declared(type.getProperty(text));
    if (wanted !== null) return wanted;
  }
  return null;
}

/** The options that a call takes where an object is written, as they are declared: a type parameter hides them. */
function declaredOptions(object: ts.Expression, checker: ts.TypeChecker): ts.Type | undefined {
  const call = object.parent;
  if (!ts.isCallExpression(call)) return undefined;
  const at = call.arguments.indexOf(object);
  const parameter = checker.getResolvedSignature(call)?.declaration?.parameters[at];
  const type = parameter !== undefined && ts.isParameter(parameter) ? parameter.type : undefined;
  return type === undefined ? undefined : checker.getTypeFromTypeNode(type);
}

function partsOf(type: ts.Type, checker: ts.TypeChecker): readonly ts.Type[] {
  const whole = checker.getBaseConstraintOfType(type) ?? type;
  return whole.isUnion() ? whole.types : [whole];
}

/** The types of durations are texts to the compiler: what tells them is how they are written. */
function declared(symbol: ts.Symbol | undefined): Wanted | null {
  for (const declaration of symbol?.declarations ?? []) {
    const { type } = declaration as { readonly type?: ts.TypeNode };
    const written = type?.getText();
    if (written === undefined) continue;
    if (/\bWindowSpanText\b/.test(written)) return 'span';
    if (/\bDurationText\b/.test(written)) return 'duration';
  }
  return null;
}

/** The durations that may be meant by what has been typed: behind a number its units. */
export function durationsFor(typed: string, wanted: Wanted): readonly TextMatch[] {
  const number = /^(.*?)(\d+(?:\.\d+)?)(\s*)([a-zµ]*)$/s.exec(typed);
  if (number === null)
    return typed.trim() === '' ? OFFERED.map(text => ({ text: typed + text, type: 'text' })) : [];
  const [, before, count, space, unit] = number;
  // Months have no parts, and are no parts of durations.
  const units =
    wanted === 'span' && before.trim() === '' && !count.includes('.') ? [...UNITS, ...CALENDAR] : UNITS;
  return units
    .filter(each => plural(each, count).startsWith(unit))
    .map(each => {
      const gap = space === '' && unit === '' ? ' ' : space;
      return { text: before + count + gap + plural(each, count), type: 'text' };
    });
}

/** Units that are words have a plural. */
function plural(unit: string, count: string): string {
  return Number(count) === 1 || ['ms', 's', 'min', 'h'].includes(unit) ? unit : `${unit}s`;
}

import { jsonItem, jsonMember } from '../../columns/jsonText.js';
import { ArgumentTypeError } from '../../expr/error.js';

/** One step of a path: a key of an object, or a place of an array. */
type JsonStep = string | number;

const STEP =
  /\.([^.[\]'"*?@()\s]+)|\[\s*(-?\d{1,9})\s*\]|\[\s*'((?:[^'\\]|\\.)*)'\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]/gy;

const parsed = new Map<string, readonly JsonStep[]>();

/**
 * The steps of a path: the part of JSONPath (RFC 9535) that names one value. `$` is the value itself, `.name` and `['any name']` a key of an
 * object, `[0]` an item of an array, `[-1]` the last one. There are no wildcards, filters or slices, and arrays are not opened on
 * their own as SQL's lax paths do.
 *
 * @throws ArgumentTypeError for text that is no such path
 */
export function jsonSteps(path: string): readonly JsonStep[] {
  let steps = parsed.get(path);
  if (steps === undefined) {
    steps = readSteps(path);
    if (parsed.size >= 1000) parsed.clear();
    parsed.set(path, steps);
  }
  return steps;
}

function readSteps(path: string): JsonStep[] {
  const steps: JsonStep[] = [];
  STEP.lastIndex = 1;
  while (path.startsWith('$') && STEP.lastIndex < path.length) {
    const at = STEP.lastIndex;
    const match = STEP.exec(path);
    if (match === null) throw noPath(path, path.slice(at));
    const quoted: string | undefined = match[3] ?? match[4];
    if (match[1] !== undefined) steps.push(match[1]);
    else if (match[2] !== undefined) steps.push(Number(match[2]));
    else steps.push(quoted.replace(/\\(.)/g, '$1'));
  }
  if (!path.startsWith('$')) throw noPath(path, path);
  return steps;
}

function noPath(path: string, rest: string): ArgumentTypeError {
  return new ArgumentTypeError(
    `'${path}' is no JSON path that can be read here, from '${rest}' on.`,
    `Write $ and then .name, ['any name'] or [0] for each step: '$.orders[0].price'. Wildcards and filters are not among them.`,
  );
}

/** The value that the steps lead to in a canonical text; null where there is none. */
export function followSteps(text: string, steps: readonly JsonStep[]): string | null {
  let value: string | null = text;
  for (const step of steps) {
    value = typeof step === 'number' ? jsonItem(value, step) : jsonMember(value, step);
    if (value === null) return null;
  }
  return value;
}

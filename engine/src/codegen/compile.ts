import { MillraceError } from '../columns/error.js';

/**
 * How expressions and loops run: as code generated when a query starts, as code written ahead of time (expressions that were not are
 * interpreted), or by the interpreter. `write` generates the very code that `ahead` needs: which it is does not depend on what rows come first.
 */
export type CodegenMode = 'generate' | 'write' | 'ahead' | 'interpret';

let mode: CodegenMode | null = null;

/** Chooses how queries that are started from now on run. */
export function setCodegen(next: CodegenMode): void {
  mode = next;
}

/** The mode in force: by default `generate`, and `ahead` under a content-security policy that forbids it. */
export function codegenMode(): CodegenMode {
  mode ??= canGenerate() ? 'generate' : 'ahead';
  return mode;
}

/** Whether loops are those of all shapes of rows, since another one could not be made when it is needed. */
export function isWrittenAhead(): boolean {
  const inForce = codegenMode();
  return inForce === 'write' || inForce === 'ahead';
}

function canGenerate(): boolean {
  try {
    return new Function('return true')() === true;
  } catch {
    return false;
  }
}

/** A loop that has to be generated, where that is forbidden and nobody wrote it ahead of time. */
export class NotWrittenAheadError extends MillraceError {
  override readonly name = 'NotWrittenAheadError';
}

/** The text of a generated function: plain data that can be written out ahead of time. */
export interface GeneratedFunction {
  readonly parameters: readonly string[];
  readonly body: string;
  readonly constants: readonly string[];
}

type Maker = (...constants: readonly unknown[]) => unknown;

/** At most so many functions are kept, so that a long session does not grow. */
const KEPT = 500;
const makers = new Map<string, { readonly maker: Maker; readonly constants: readonly string[] }>();

/** Where scripts that were written ahead of time put their functions, by their texts. */
export const AHEAD = 'millrace.generated';
type Ahead = Map<string, Maker> | undefined;

/**
 * Turns text into a function: the one place where code is made out of text. `constants` are names that the body may use beside its
 * parameters, with their values. Equal texts are compiled once, and may have been registered ahead of time.
 */
export function compileFunction<Result>(
  parameters: readonly string[],
  body: string,
  constants: readonly string[] = [],
  values: readonly unknown[] = [],
): Result {
  const text = makerText({ parameters, body, constants });
  watched?.set(text, constants);
  let known = makers.get(text);
  if (known === undefined) {
    known = { maker: makerOf(text, constants), constants };
    if (makers.size >= KEPT) makers.delete(makers.keys().next().value!);
    makers.set(text, known);
  }
  return known.maker(...values) as Result;
}

function makerOf(text: string, constants: readonly string[]): Maker {
  const ahead = (globalThis as { [AHEAD]?: Ahead })[AHEAD]?.get(text);
  if (ahead !== undefined) return ahead;
  const inForce = codegenMode();
  if (inForce === 'generate' || inForce === 'write')
    return new Function(...constants, `"use strict";\n${text}`) as Maker;
  throw new NotWrittenAheadError(
    'MR3601',
    "This page's security policy forbids generated code, and a loop of this query was not written ahead of time.",
    'Run the query where code may be generated, write its loops out with generatedScript(), and load that script before the query.',
  );
}

/** A statement that returns the function: the body of a function of the constants. */
function makerText(generated: GeneratedFunction): string {
  return `return function (${generated.parameters.join(', ')}) {\n${generated.body}\n};`;
}

let watched: Map<string, readonly string[]> | null = null;

/** Notes which functions are asked for from here on, those that were compiled before included; what it returns ends that, and gives them. */
export function watchCompiled(): () => ReturnType<typeof generatedTexts> {
  const seen = new Map<string, readonly string[]>();
  watched = seen;
  return () => {
    if (watched === seen) watched = null;
    return Array.from(seen, ([text, constants]) => ({ text, constants }));
  };
}

/** The texts that have been compiled, newest last, with the names of their constants: for inspection, and to write them out. */
export function generatedTexts(): { readonly text: string; readonly constants: readonly string[] }[] {
  return Array.from(makers, ([text, { constants }]) => ({ text, constants }));
}

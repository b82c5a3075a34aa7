/** How expressions and loops run: as generated code, or by the interpreter (where code generation is forbidden). */
export type CodegenMode = 'generate' | 'interpret';

let mode: CodegenMode | null = null;

/** Chooses how queries that are started from now on run. */
export function setCodegen(next: CodegenMode): void {
  mode = next;
}

/** The mode in force: by default `generate`, and `interpret` under a content-security policy that forbids it. */
export function codegenMode(): CodegenMode {
  mode ??= canGenerate() ? 'generate' : 'interpret';
  return mode;
}

function canGenerate(): boolean {
  try {
    return new Function('return true')() === true;
  } catch {
    return false;
  }
}

/** The text of a generated function: plain data that can be written out ahead of time. */
export interface GeneratedFunction {
  readonly parameters: readonly string[];
  readonly body: string;
  readonly constants: readonly string[];
}

type Maker = (...constants: readonly unknown[]) => unknown;

/** At most so many texts are kept, so that a long session does not grow. */
const KEPT = 500;
const makers = new Map<string, Maker>();

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
  let maker = makers.get(text);
  if (maker === undefined) {
    maker = new Function(...constants, `"use strict";\n${text}`) as Maker;
    if (makers.size >= KEPT) makers.delete(makers.keys().next().value!);
    makers.set(text, maker);
  }
  return maker(...values) as Result;
}

/** A statement that returns the function: the body of a function of the constants. */
export function makerText(generated: GeneratedFunction): string {
  return `return function (${generated.parameters.join(', ')}) {\n${generated.body}\n};\n// ${generated.constants.join(', ')}`;
}

/** Registers a function that was written out ahead of time under the text that it was made of. */
export function registerGenerated(text: string, maker: Maker): void {
  makers.set(text, maker);
}

/** The texts that have been compiled, newest last: for inspection, and to write them out. */
export function generatedTexts(): string[] {
  return [...makers.keys()];
}

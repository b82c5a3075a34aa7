import { SourceError } from './error.js';

/** The options of a source or sink, checked one by one: plain data may hold anything. */
export type Options = Readonly<Record<string, unknown>>;

/** A text option, or `otherwise` where it is not given. */
export function textOption(options: Options, name: string, otherwise: string): string {
  const value = options[name] ?? otherwise;
  if (typeof value !== 'string') throw wrongOption(name, 'a text', value);
  return value;
}

/** A numeric option that must be at least `lowest`, or `otherwise` where it is not given. */
export function numberOption(options: Options, name: string, otherwise: number, lowest = 0): number {
  const value = options[name] ?? otherwise;
  if (typeof value !== 'number' || Number.isNaN(value) || value < lowest) {
    throw wrongOption(name, `a number of at least ${lowest}`, value);
  }
  return value;
}

/** A boolean option, or `otherwise` where it is not given. */
export function booleanOption(options: Options, name: string, otherwise: boolean): boolean {
  const value = options[name] ?? otherwise;
  if (typeof value !== 'boolean') throw wrongOption(name, 'true or false', value);
  return value;
}

/** One of several texts, or `otherwise` where it is not given. */
export function choiceOption<Choice extends string>(
  options: Options,
  name: string,
  choices: readonly Choice[],
  otherwise: Choice,
): Choice {
  const value = options[name] ?? otherwise;
  if (!choices.includes(value as Choice)) {
    throw wrongOption(name, `one of ${choices.map(choice => `'${choice}'`).join(', ')}`, value);
  }
  return value as Choice;
}

/** A list of texts, or `otherwise` where it is not given. */
export function textsOption(options: Options, name: string, otherwise: readonly string[]): readonly string[] {
  const value = options[name] ?? otherwise;
  if (!Array.isArray(value) || !value.every(item => typeof item === 'string')) {
    throw wrongOption(name, 'a list of texts', value);
  }
  return value;
}

function wrongOption(name: string, expected: string, value: unknown): SourceError {
  const shown = JSON.stringify(value) ?? String(value);
  return new SourceError('MR3001', `option '${name}' is ${shown.slice(0, 80)}.`, `It has to be ${expected}.`);
}

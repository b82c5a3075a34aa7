import { MillraceError } from '../columns/error.js';
import { DISPLAYABLE, isDisplayable, SHOWN_INPUT, SHOWN_PROSE, type DisplayedPart } from './displayable.js';
import { InputParameter } from './inputControl.js';
import { Scalar } from './scalar.js';

/** Values in one text at most: each is a view of its own. */
const MOST_VALUES = 100;

/** Where a value would become part of a link's or picture's address, or of an HTML tag. */
const IN_ADDRESS = /\]\([^()\n]*$|^[ >]*\[[^\]\n]*\]:[^\n]*$/m;
const IN_TAG = /<[A-Za-z/!?][^>]*$/;

/** Markdown with values that go on changing where it is shown. */
export class Prose {
  readonly #parts: readonly DisplayedPart[];

  constructor(parts: readonly DisplayedPart[]) {
    this.#parts = parts;
  }

  [SHOWN_PROSE](): readonly DisplayedPart[] {
    return this.#parts;
  }
}

/**
 * Markdown with live values: single values of streams and tables (`hits.count()`, `hits.min('ts')`), tables of one column, of which the last row is
 * shown, inputs, and any other value as it is now. Numbers and times stand as tables write them, times in UTC. A value is text wherever it
 * stands, whatever is in it: never Markdown, HTML or a formula.
 *
 * @throws MillraceError `MR2570` for a value in a link's address or in an HTML tag, `MR2571` for more than 100 values
 * @example md`There were **${hits.count()}** trades since ${hits.min('ts')}`
 */
export function md(texts: TemplateStringsArray, ...values: readonly unknown[]): Prose {
  if (!Array.isArray(texts) || !('raw' in texts))
    throw new MillraceError(
      'MR2572',
      'md is a template tag, not a function.',
      'Write md`**${t.count()}** rows`.',
    );
  if (values.length > MOST_VALUES) {
    throw new MillraceError(
      'MR2571',
      `md has ${values.length} values, and takes ${MOST_VALUES} at most.`,
      'Show a table, or write several texts.',
    );
  }
  const parts: DisplayedPart[] = [];
  let before = '';
  for (const [at, text] of texts.entries()) {
    if (text !== '') parts.push({ kind: 'markdown', text });
    if (at === values.length) break;
    before += text;
    checkPlace(before);
    parts.push(partOf(values[at]));
    before += 'x';
  }
  return new Prose(parts);
}

/** An address or a tag would be made of data. */
function checkPlace(before: string): void {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (!IN_ADDRESS.test(line) && !IN_TAG.test(before.slice(before.lastIndexOf('<')))) return;
  throw new MillraceError(
    'MR2570',
    'a value in md stands in the address of a link, or in an HTML tag, and would be part of it.',
    'Let values stand in the text: [prices](https://…) of ${symbol}.',
  );
}

function partOf(value: unknown): DisplayedPart {
  if (value instanceof Scalar) return { kind: 'table', plan: value.plan, empty: value.empty };
  if (value instanceof InputParameter) return { kind: 'input', shown: () => value[SHOWN_INPUT]() };
  if (isDisplayable(value)) {
    const { plan, collection } = value[DISPLAYABLE]();
    if (collection !== null) return { kind: 'table', plan, empty: 'NULL' };
  }
  return { kind: 'value', value };
}

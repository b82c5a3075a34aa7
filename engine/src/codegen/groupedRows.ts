import { isInt64Like } from '../columns/types.js';
import { emitContext, heldText, mergeContext, presentText, seenText } from './groupedEmit.js';
import { layoutOf, type RowSet } from './groupedLayout.js';
import type { GroupedShape } from './groupedShape.js';
import { laneText, OTHER } from './stateText.js';

/** Adds row `i` to the state of `slot`, or takes it back: the text that every loop over groups has in common. */
export function groupedRowText(shape: GroupedShape, wide: boolean): string {
  return [
    shape.order === 'none' ? '' : orderText(shape, wide),
    ...shape.args.map((_, k) => `  const a${k} = ${argumentText(shape, k, wide)};`),
    shape.retracting ? '  const back = kinds !== null && (kinds[i] & 1) === 1;' : '',
    ...layoutOf(shape).sets.map(set => setText(shape, set, wide)),
  ].join('\n');
}

/** An argument of row `i`. Where it is NULL its lane may hold anything, which may be no integer. */
function argumentText(shape: GroupedShape, arg: number, wide: boolean): string {
  const { type, nullable } = shape.args[arg];
  if (!wide || !isInt64Like(type)) return `c${arg}[i]`;
  return nullable ? `v${arg} === null || v${arg}[i] !== 0 ? BigInt(c${arg}[i]) : 0n` : `BigInt(c${arg}[i])`;
}

function orderText(shape: GroupedShape, wide: boolean): string {
  if (shape.order === 'time') return '  const order = times[i];';
  const ticks = shape.windowed
    ? 'BigInt(ticks[i])'
    : 'timeValid === null || timeValid[i] !== 0 ? BigInt(ticks[i]) : 0n';
  return `  const order = ${wide ? ticks : 'ticks[i]'};`;
}

/** The parts that see the same rows, under one condition: arguments are not NULL, `where` is true, the row has a time. */
function setText(shape: GroupedShape, set: RowSet, wide: boolean): string {
  const conditions = set.nullable.map(arg => `(v${arg} === null || v${arg}[i] !== 0)`);
  const { where } = set;
  if (where !== null) conditions.push(`a${where} !== 0 && (v${where} === null || v${where}[i] !== 0)`);
  if (set.timed) conditions.push('(timeValid === null || timeValid[i] !== 0)');
  const condition = conditions.length === 0 ? '' : `if (${conditions.join(' && ')}) `;
  return `  ${condition}{ ${changeText(shape, set, wide)} }`;
}

function changeText(shape: GroupedShape, set: RowSet, wide: boolean): string {
  const add = addRowText(shape, set, wide);
  return shape.retracting ? `if (back) { ${removeRowText(shape, set, wide)} } else { ${add} }` : add;
}

/** Adds a row to the parts of a set, whose condition it meets. */
export function addRowText(shape: GroupedShape, set: RowSet, wide: boolean): string {
  const add = addText(shape, set, wide);
  return set.distinct === null ? add : `if (${distinctText(shape, set, wide, 'add')}) { ${add} }`;
}

/** Takes such a row back. */
export function removeRowText(shape: GroupedShape, set: RowSet, wide: boolean): string {
  const retract = retractText(shape, set, wide);
  return set.distinct === null ? retract : `if (${distinctText(shape, set, wide, 'remove')}) { ${retract} }`;
}

/** Whether a row is the first of its kind, or was the last. */
function distinctText(shape: GroupedShape, set: RowSet, wide: boolean, method: 'add' | 'remove'): string {
  const { args, lane } = set.distinct as NonNullable<RowSet['distinct']>;
  return `${laneText(shape, lane, wide)}.${method}(${args.map(arg => heldText(shape, arg, wide)).join(', ')})`;
}

/** Parts see the count of the rows before this one. */
function addText(shape: GroupedShape, set: RowSet, wide: boolean): string {
  const parts = set.parts.map(placed => placed.part.add(emitContext(shape, placed, wide)));
  return [...parts, set.seen === null ? '' : `${seenText(shape, set)} += 1;`].join(' ');
}

/** Parts see the count of the rows that are left. */
function retractText(shape: GroupedShape, set: RowSet, wide: boolean): string {
  const parts = set.parts.map(placed => {
    if (placed.part.retract === null)
      throw new Error(`${placed.part.kind} was let through without retraction`);
    return placed.part.retract(emitContext(shape, placed, wide));
  });
  return [`${seenText(shape, set)} -= 1;`, ...parts].join(' ');
}

/** Adds the other group's state to this one's. */
export function groupedMergeText(shape: GroupedShape, wide: boolean): string {
  return layoutOf(shape)
    .sets.map(set => {
      const merge = set.distinct === null ? mergeText(shape, set, wide) : mergeDistinctText(shape, set, wide);
      const present = presentText(shape, set, OTHER);
      return present === null ? `{ ${merge} }` : `if (${present}) { ${merge} }`;
    })
    .join('\n');
}

function mergeText(shape: GroupedShape, set: RowSet, wide: boolean): string {
  const parts = set.parts.map(placed => {
    if (placed.part.merge === null) throw new Error(`${placed.part.kind} was let through without merging`);
    return `{ ${placed.part.merge(mergeContext(shape, placed, wide))} }`;
  });
  return [
    ...parts,
    set.seen === null ? '' : `${seenText(shape, set)} += ${seenText(shape, set, OTHER)};`,
  ].join(' ');
}

/** Rows that only the other group has seen are added as rows are. */
function mergeDistinctText(shape: GroupedShape, set: RowSet, wide: boolean): string {
  const { args, lane } = set.distinct as NonNullable<RowSet['distinct']>;
  const values = args.map((arg, k) => {
    if (args.indexOf(arg) < k) return '';
    return `const a${arg} = ${wide && isInt64Like(shape.args[arg].type) ? `BigInt(h${k})` : `h${k}`};`;
  });
  const names = args.map((_, k) => `h${k}`).join(', ');
  return `${laneText(shape, lane, wide)}.merge(${laneText(shape, lane, wide, OTHER)}, (${names}) => { ${values.join(' ')} ${addText(shape, set, wide)} });`;
}

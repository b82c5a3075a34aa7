import type { Schema } from '../columns/schema.js';
import { bind } from '../functions/bind.js';
import { conditionSchema, isOfLeft, JOIN_SIDES } from '../plan/join.js';
import { rightColumns } from '../plan/joined.js';
import type { JoinNode } from '../plan/nodes/join.js';
import { scalarText, type Dialect } from './scalar.js';

/** An input of a join: the expression that its rows come from, and their columns. */
export interface JoinInput {
  readonly from: string;
  readonly schema: Schema;
}

/** The parts of a join in SQL, whose columns are called `left.…` and `right.…`. */
export interface JoinText {
  /** The join's columns, each with its name. */
  readonly columns: readonly string[];
  /** The inputs, their columns renamed; `more` are columns that go along. */
  readonly inputs: readonly [string, string];
  /** What is true of rows that meet. */
  readonly condition: string;
}

/** A join as the parts of a query; `more`: hidden columns of both inputs that are renamed as well. */
export function joinParts(
  node: JoinNode,
  inputs: readonly [JoinInput, JoinInput],
  dialect: Dialect,
  cannot: (why: string) => void,
  more: readonly string[] = [],
): JoinText {
  const { how, keys, where } = node;
  const [left, right] = inputs.map(({ schema }) => schema);
  const named = (side: 0 | 1, name: string): string => dialect.column(JOIN_SIDES[side] + name);
  const renamed = (side: 0 | 1): string => {
    const names = [...inputs[side].schema.fields.map(({ name }) => name), ...more];
    const list = names.map(name => `${dialect.column(name)} AS ${named(side, name)}`);
    return `(SELECT ${list.join(', ')} FROM ${inputs[side].from})`;
  };
  const equal = keys.map(key => `${named(0, key.left)} = ${named(1, key.right)}`);
  const condition =
    where === null ? [] : [scalarText(bind(where, conditionSchema(left, right)), dialect, cannot)];
  const alone = how === 'right' || how === 'full';
  const columns = [
    ...left.fields.map(({ name }) => {
      const key = alone ? keys.find(each => each.left === name) : undefined;
      const value =
        key === undefined ? named(0, name) : `COALESCE(${named(0, name)}, ${named(1, key.right)})`;
      return `${value} AS ${dialect.column(name)}`;
    }),
    ...(isOfLeft(how)
      ? []
      : rightColumns(node, left, right).map(({ name, as }) => `${named(1, name)} AS ${dialect.column(as)}`)),
  ];
  return {
    columns,
    inputs: [renamed(0), renamed(1)],
    condition: [...equal, ...condition].map(text => `(${text})`).join(' AND ') || 'TRUE',
  };
}

/** The words of an outer or inner join. */
export function joinWords({ how }: JoinNode): string {
  return how === 'inner' ? 'JOIN' : `${how.toUpperCase()} JOIN`;
}

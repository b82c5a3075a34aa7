import { MillraceError } from '../columns/error.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { typeName, type Field } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import type { BoundExpr } from '../expr/bound.js';
import { exprText } from '../expr/text.js';
import { bind } from '../functions/bind.js';
import { joinedFields, joinKeysText, requireJoinKeys, rightColumns, type JoinColumns } from './joined.js';
import type { JoinHow, JoinNode } from './nodes/join.js';
import type { Relation } from './relation.js';

/** What stands before the names of columns in the condition of a join: both inputs may have the same ones. */
export const JOIN_SIDES = ['left.', 'right.'] as const;

/** The columns that the condition of a join may name: those of both inputs. */
export function conditionSchema(left: Schema, right: Schema): Schema {
  const of = (side: 0 | 1, { fields }: Schema): Field[] =>
    fields.map(field => ({ ...field, name: JOIN_SIDES[side] + field.name }));
  return { fields: [...of(0, left), ...of(1, right)] };
}

/** Whether a join has the rows of the left side alone. */
export function isOfLeft(how: JoinHow): how is 'semi' | 'anti' {
  return how === 'semi' || how === 'anti';
}

/** What a join puts out. */
export function bindJoin(node: JoinNode, left: Relation, right: Relation): Relation {
  requireJoinKeys('join', node.keys, left.schema, right.schema);
  if (node.where !== null) requireCondition(bind(node.where, conditionSchema(left.schema, right.schema)));
  const { how } = node;
  const schema = isOfLeft(how) ? left.schema : { fields: fieldsOf(node, left.schema, right.schema) };
  if (node.bounded) {
    // Rows of the right side alone have no left time.
    const time = how === 'right' || how === 'full' ? null : left.time;
    return { schema, time, mode: 'append', key: null };
  }
  const grows = left.mode === 'append' && right.mode === 'append' && (how === 'inner' || how === 'semi');
  return {
    schema,
    time: null,
    mode: grows ? 'append' : 'retract',
    key: grows ? null : isOfLeft(how) ? left.key : joinedKey(node, left, right),
  };
}

function fieldsOf(node: JoinNode, left: Schema, right: Schema): Field[] {
  const { how, keys } = node;
  const fields = joinedFields(node, left, right, {
    left: how === 'right' || how === 'full',
    right: how === 'left' || how === 'full',
  });
  if (how !== 'right' && how !== 'full') return fields;
  // A key's value is the right one's where there is no left row.
  return fields.map(field => {
    const key = keys.find(each => each.left === field.name);
    if (key === undefined) return field;
    return { ...field, nullable: field.nullable || right.fields[fieldIndex(right, key.right)].nullable };
  });
}

function requireCondition({ type }: BoundExpr): void {
  if (type.kind === 'boolean') return;
  throw new MillraceError(
    'MR2170',
    `the where of join() needs a condition, not a ${typeName(type)}.`,
    'Compare columns of both sides: { where: (l, r) => l.price.gt(r.limit) }.',
  );
}

/** The columns that name one row of a join; null where an input's rows have no key, or rows of both sides alone may have the same. */
function joinedKey(
  node: JoinNode,
  left: Pick<Relation, 'key' | 'schema'>,
  right: Pick<Relation, 'key' | 'schema'>,
): readonly string[] | null {
  const [ofLeft, ofRight] = [left.key, right.key];
  if (ofLeft === null || ofRight === null) return null;
  const { how, keys, where } = node;
  const joins = (side: 'left' | 'right', names: readonly string[]): boolean =>
    names.every(name => keys.some(key => key[side] === name));
  // A row meets one of the other side at most, if the keys of the join name that.
  const [oneLeft, oneRight] = [joins('left', ofLeft), joins('right', ofRight)];
  if (oneRight && (how === 'inner' || how === 'left')) return ofLeft;
  const named = rightNames(node, left.schema, right.schema, ofRight);
  if (oneLeft && (how === 'inner' || how === 'right')) return named;
  const both = [...new Set([...ofLeft, ...named])];
  if (how !== 'full') return both;
  return where === null && tellsSides(node, left, right) ? both : null;
}

/** The right columns of a key under the names that the joined row has them by. */
function rightNames(columns: JoinColumns, left: Schema, right: Schema, names: readonly string[]): string[] {
  const joined = rightColumns(columns, left, right);
  return names.map(
    name =>
      columns.keys.find(key => key.right === name)?.left ?? joined.find(column => column.name === name)!.as,
  );
}

/** Whether no row of the left side alone can have the key of one of the right side alone. */
function tellsSides(
  { keys }: JoinColumns,
  left: Pick<Relation, 'key' | 'schema'>,
  right: Pick<Relation, 'key' | 'schema'>,
): boolean {
  const isNullable = ({ schema }: Pick<Relation, 'schema'>, name: string): boolean =>
    schema.fields[fieldIndex(schema, name)].nullable;
  const joinedBy = (side: 'left' | 'right', name: string) => keys.some(key => key[side] === name);
  if (left.key!.some(name => !joinedBy('left', name) && !isNullable(left, name))) return true;
  if (right.key!.some(name => !joinedBy('right', name) && !isNullable(right, name))) return true;
  // Keys of a join that all are part of it, and are never NULL, would have met.
  return keys.every(
    key =>
      (left.key!.includes(key.left) || right.key!.includes(key.right)) &&
      !(isNullable(left, key.left) && isNullable(right, key.right)),
  );
}

/** The columns of one side that an expression over both names, without what stands before them. */
export function sideColumns(expr: Expr | null, side: 0 | 1): string[] {
  if (expr === null || expr.kind === 'literal') return [];
  if (expr.kind === 'call') return [...new Set(expr.args.flatMap(arg => sideColumns(arg, side)))];
  const prefix = JOIN_SIDES[side];
  return expr.name.startsWith(prefix) ? [expr.name.slice(prefix.length)] : [];
}

/** A join node in one line. */
export function joinText({ how, keys, where }: JoinNode): string {
  const by = keys.length === 0 ? '' : ` by ${joinKeysText(keys)}`;
  return `${how} join${by}${where === null ? '' : ` where ${exprText(where)}`}`;
}

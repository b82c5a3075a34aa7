import { formatDuration } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { joinedFields, joinKeysText, requireJoinKeys, rightColumns, type RightColumn } from './joined.js';
import type { AsOfJoinNode } from './nodes/asOfJoin.js';
import type { Relation } from './relation.js';

/** How the method is called that makes such a node. */
function methodOf({ versions }: Pick<AsOfJoinNode, 'versions'>): string {
  return versions ? 'temporalJoin' : 'asOfJoin';
}

/** What an as-of join puts out: the left columns, then the right ones without keys and time. */
export function bindAsOfJoin(node: AsOfJoinNode, left: Relation, right: Relation): Relation {
  const method = methodOf(node);
  requireTime(method, 'left', left);
  requireTime(method, 'right', right);
  requireJoinKeys(method, node.keys, left.schema, right.schema);
  if (left.mode === 'retract') throw changing(method, 'left');
  if (right.mode === 'retract') requireVersions(node, right);
  const { rightTime } = node;
  if (rightTime !== null && fieldIndex(left.schema, rightTime) >= 0) {
    throw new MillraceError(
      'MR2156',
      `the left rows have a column '${rightTime}' already.`,
      `Give the right rows' time another name: { rightTime: '${rightTime}Right' }.`,
    );
  }
  const fields = joinedFields(node, left.schema, joinedSchema(node, left, right), {
    left: false,
    right: node.how === 'left',
  });
  const changes = node.emit === 'change';
  return { schema: { fields }, time: left.time, mode: changes ? 'retract' : 'append', key: left.key };
}

/** The columns of the right input that a joined row has, by their names there, and what they are called. */
export function asOfColumns(node: AsOfJoinNode, left: Relation, right: Relation): RightColumn[] {
  const columns = rightColumns(node, left.schema, joinedSchema(node, left, right));
  return columns.map(({ name, as }) => ({ name: name === node.rightTime ? right.time! : name, as }));
}

/** The right schema as the joined row sees it: without a time of the left one's name, and with the time under a name that was asked for. */
function joinedSchema({ rightTime }: AsOfJoinNode, left: Relation, { schema, time }: Relation): Schema {
  const { fields } = schema;
  // A row without a time meets nothing.
  const met = { ...fields[fieldIndex(schema, time!)], nullable: false };
  const kept = fields.filter(({ name }) => name !== time || time !== left.time);
  const named = rightTime === null || rightTime === time ? [] : [{ ...met, name: rightTime }];
  return { fields: [...kept.map(field => (field.name === time ? met : field)), ...named] };
}

function requireTime(method: string, side: string, { schema, time }: Relation): void {
  const field = time === null ? undefined : schema.fields[fieldIndex(schema, time)];
  if (field?.type.kind === 'timestamp') return;
  const candidate = schema.fields.find(({ type }) => type.kind === 'timestamp');
  throw new MillraceError(
    'MR2154',
    `${method}() joins by event time, and its ${side} input has none.`,
    `Declare it at the source: { time: '${candidate?.name ?? 'column'}' }.`,
  );
}

function changing(method: string, side: string): MillraceError {
  return new MillraceError(
    'MR2155',
    `${method}() needs ${side} rows that only come, and these are rows of a table that change.`,
    side === 'right' && method === 'asOfJoin'
      ? 'Join the final rows, .final(), or write temporalJoin() where the table has a row for each key.'
      : 'Join the final rows: .final().',
  );
}

/** A table whose rows change can be a table of versions where its key is what rows are joined by. */
function requireVersions(node: AsOfJoinNode, { key }: Relation): void {
  if (!node.versions) throw changing(methodOf(node), 'right');
  const joined = node.keys.map(({ right }) => right);
  if (key?.every(name => joined.includes(name)) === true) return;
  throw new MillraceError(
    'MR2157',
    key === null
      ? 'temporalJoin() needs a right table with a key: its rows match by value.'
      : `temporalJoin() goes by the right table's key, and that is ${key.join(', ')}.`,
    key === null
      ? 'Join a stream whose rows are versions, or a table that was made with a key.'
      : `Join by all of it: { by: [${key.map(name => `'${name}'`).join(', ')}] }.`,
  );
}

/** An as-of join in one line. */
export function asOfText(node: AsOfJoinNode): string {
  const { keys, direction, toleranceUs, exact, how, emit, versions } = node;
  const by = keys.length === 0 ? '' : ` by ${joinKeysText(keys)}`;
  const parts = [
    ...(versions ? [] : [direction]),
    ...(toleranceUs === null ? [] : [`within ${formatDuration(toleranceUs)}`]),
    ...(exact ? [] : ['not at equal times']),
    ...(how === 'inner' ? ['inner'] : []),
    ...(emit === 'change' ? ['told at once'] : []),
  ];
  return `${versions ? 'temporal' : 'as-of'} join${by}${parts.length === 0 ? '' : `, ${parts.join(', ')}`}`;
}

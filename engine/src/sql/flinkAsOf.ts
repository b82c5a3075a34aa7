import { fieldIndex } from '../columns/schema.js';
import type { Field } from '../columns/types.js';
import { asOfColumns } from '../plan/asOfJoin.js';
import { planNodes } from '../plan/children.js';
import type { AsOfJoinNode } from '../plan/nodes/asOfJoin.js';
import type { PlanNode } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { isRowtime, ROWTIME } from './flinkTables.js';
import { flinkName } from './flinkText.js';

/** What a temporal join is printed over. */
interface TemporalInputs {
  /** The name of the left common table expression, and that of the right table. */
  readonly left: string;
  readonly right: string;
  readonly relations: readonly [Relation, Relation];
  /** The left columns that nobody sees, quoted. */
  readonly hidden: readonly string[];
}

interface Notes {
  readonly cannot: (why: string) => void;
  readonly differs: (why: string) => void;
}

/** The sources that a plan looks up by time, by name, with the columns that are the keys of their versions. */
export function versionedSources(root: PlanNode): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const node of planNodes(root)) {
    if (node.kind !== 'asOfJoin' || node.inputs[1].kind !== 'source') continue;
    found.set(
      node.inputs[1].name,
      node.keys.map(({ right }) => right),
    );
  }
  return found;
}

/** An as-of join as Flink says it: a temporal join with a table whose primary key is what rows are joined by. */
export function temporalQuery(node: AsOfJoinNode, inputs: TemporalInputs, notes: Notes): string {
  const right = node.inputs[1];
  const [from, to] = inputs.relations;
  if (node.direction !== 'backward') notes.cannot(`Flink has no join to the ${node.direction} row`);
  if (!node.exact) notes.cannot('a version is there from its own time on in Flink');
  if (node.toleranceUs !== null)
    notes.cannot('Flink has no tolerance: a version is there until the next one');
  if (node.keys.length === 0) notes.cannot('Flink looks up versions by a key');
  if (right.kind !== 'source')
    notes.cannot('Flink looks up versions in a table that it knows by its name, not in what a query makes');
  else if (right.time?.sequence != null) notes.differs('versions of one time go by arrival in Flink');
  if (![from, to].every(relation => isRowtime(timeOf(relation))))
    notes.differs('times are compared by the millisecond in Flink');
  const time = timeOf(from);
  const columns = [
    ...from.schema.fields.map(({ name }) => `l.${flinkName(name)}`),
    ...asOfColumns(node, from, to).map(({ name, as }) => `r.${flinkName(name)} AS ${flinkName(as)}`),
    ...inputs.hidden.map(name => `l.${name}`),
  ];
  const keys = node.keys.map(key => `l.${flinkName(key.left)} = r.${flinkName(key.right)}`);
  const at = flinkName(isRowtime(time) ? time.name : ROWTIME);
  return (
    `SELECT ${columns.join(', ')}\n  FROM ${inputs.left} AS l ${node.how === 'left' ? 'LEFT ' : ''}JOIN ${inputs.right} ` +
    `FOR SYSTEM_TIME AS OF l.${at} AS r ON ${keys.join(' AND ') || 'TRUE'}`
  );
}

function timeOf({ schema, time }: Relation): Field {
  return schema.fields[fieldIndex(schema, time!)];
}

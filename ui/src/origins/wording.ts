import type { FoundOrigins, OriginRole, OriginStep, OriginWindow, ShownOrigin } from '@millrace/protocol';
import { clockText, timeText, whole } from '../format.js';

/** What rows are to the row that they made, by the step that made it. */
const HEADINGS: Readonly<Record<OriginStep, Partial<Readonly<Record<OriginRole, string>>>>> = {
  view: {},
  source: {},
  window: { input: 'Rows of the window' },
  group: { input: 'Rows of the group' },
  join: { left: 'Row on the left', right: 'Matched on the right' },
  windowJoin: { left: 'Row on the left', right: 'Rows around it on the right' },
  rolling: { input: 'Rows of its key up to it' },
  union: { input: 'The same row in an input' },
  sets: { left: 'The same row in the first input', right: 'The same row in the second input' },
  topN: { input: 'Row that it is' },
  distinct: { input: 'Rows that it stands for' },
  versions: { input: 'Rows that it is the last of' },
  other: { input: 'Rows of the same key' },
};

const ROLES: Readonly<Record<OriginRole, string>> = {
  rows: 'Rows of the view',
  input: 'Rows that it was made of',
  left: 'On the left',
  right: 'On the right',
  late: 'Late, not counted',
};

const STATES: Readonly<Record<NonNullable<OriginWindow['state']>, string>> = {
  open: 'open: more rows may come',
  closed: 'closed: late rows are still taken',
  revised: 'revised by late rows, which are still taken',
  final: 'final: nothing changes it any more',
};

/** The heading of rows; of several of one role, they are numbered. */
export function headingOf({ kind, origins }: FoundOrigins, at: number): string {
  const { role } = origins[at];
  const text = HEADINGS[kind][role] ?? ROLES[role];
  const alike = origins.filter(each => each.role === role).length;
  return alike > 1 ? `${text}, ${at + 1} of ${alike}` : text;
}

/** Whether rows are those that made a row, in words. */
export function exactText({ role, exact }: ShownOrigin): string | null {
  if (role === 'rows') return 'choose one, and press Enter';
  return exact ? 'exactly these' : 'they are among these';
}

/** What there is to say of a row beside the rows that made it: names and texts. */
export function factsOfRow({ window, watermarkUs, hasEnded, found, kind }: FoundOrigins): [string, string][] {
  const facts: [string, string][] = [];
  if (window !== null) {
    const { startUs, endUs, state } = window;
    const span = `${clockText(startUs)} to ${clockText(endUs, startUs)} UTC`;
    facts.push(['Window', state === null ? span : `${span}, ${STATES[state]}`]);
  }
  if (hasEnded) facts.push(['Watermark', 'the input has ended']);
  else if (watermarkUs !== null) facts.push(['Watermark', timeText(watermarkUs, null)]);
  if (kind !== 'view' && found > 1)
    facts.push(['Found', `${whole(found)} rows have these values: this is about the first of them`]);
  return facts;
}

/** What is missing among the origins of a row, in words; null: nothing is. */
export function missingText({ kind, origins }: FoundOrigins): string | null {
  if (kind === 'source') return 'The source gave this row: no step of this notebook made it.';
  if (origins.length === 0) return 'It cannot be told what this row was made of.';
  if (kind === 'join' && origins.every(({ role }) => role !== 'right'))
    return 'Nothing matched on the right.';
  return null;
}

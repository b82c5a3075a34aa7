import { boundText } from './boundText.js';
import { combiningText } from './combiningText.js';
import { formatDuration } from '../columns/duration.js';
import { aggregateText } from '../expr/text.js';
import { frameText } from '../plan/rolling.js';
import { timedJoinText } from './timedJoinText.js';
import { matchOperatorText } from './matchPattern.js';
import type { PhysicalRolling } from './rolling.js';
import { boundWindowText } from '../windows/boundText.js';
import type { EmitSpec, FillSpec } from '../windows/emission.js';
import { asOfJoinText } from './asOfJoin.js';
import { followedByOperatorText } from './followedBy.js';
import { mapReduceOperatorText } from './mapReduce.js';
import { orderBookOperatorText } from './orderBook.js';
import type { PhysicalRank } from './rank.js';
import type { PhysicalGrouping, PhysicalOperator } from './physical.js';

/** An operator in one line. */
export function operatorText(operator: PhysicalOperator): string {
  switch (operator.op) {
    case 'asOfJoin':
    case 'versions':
    case 'windowJoin':
    case 'intervalJoin':
    case 'join':
    case 'lookupJoin':
    case 'setOperation':
      return joinText(operator);
    case 'groupBy':
    case 'windowedAggregate':
    case 'sessionAggregate':
    case 'barAggregate':
      return groupingText(operator);
    case 'filter':
      return `filter ${boundText(operator.predicate)}`;
    case 'project':
      return `project ${operator.columns.map(({ name, expr }) => (boundText(expr) === name ? name : `${name} = ${boundText(expr)}`)).join(', ')}`;
    case 'reorder': {
      const then = operator.sequence === null ? '' : `, ${operator.sequence}`;
      return `reorder by ${operator.time.column}${then} (rows wait for the watermark)`;
    }
    case 'distinct':
    case 'changes':
    case 'rowKinds':
    case 'upsert':
      return changelogText(operator);
    case 'sort':
      return `${sorted(operator.by)}${operator.offset === 0 ? '' : `skip ${operator.offset}, `}${operator.limit === null ? '' : `limit ${operator.limit}, `}at the end of the input`;
    case 'rank':
      return rankOperatorText(operator);
    case 'mapReduce':
      return mapReduceOperatorText(operator);
    case 'unpivot':
      return `unpivot ${operator.columns.join(', ')}`;
    case 'apply': {
      const keys = operator.by.length === 0 ? '' : ` by ${operator.by.join(', ')}`;
      const reads = operator.reads.map(at => operator.input.fields[at].name).join(', ');
      const over = operator.changing === undefined ? '' : ', over rows that change';
      return `${operator.call} ${operator.name}${keys} (in the process of its cell${over}) of ${reads}`;
    }
    case 'unionAll':
      return `union all of ${operator.ports} (watermark: the lowest of its inputs)`;
    case 'followedBy':
      return followedByOperatorText(operator);
    case 'rolling':
      return rollingText(operator);
    case 'matchPattern':
      return matchOperatorText(operator);
    case 'topN': {
      const { rows, order, within, rowNumber, form } = operator;
      const by = order.map(({ value, descending }) => `${boundText(value)}${descending ? ' desc' : ''}`);
      const numbered = rowNumber === null ? '' : `, with ${rowNumber}`;
      return `top ${rows} by ${by.join(', ')} within ${within.join(', ') || '()'}${numbered} (${form})`;
    }
    case 'orderBook':
      return orderBookOperatorText(operator);
    case 'lead': {
      const texts = operator.columns.map(
        ({ name, value, rows }) => `${name} = ${boundText(value)} ${rows} ahead`,
      );
      return `lead by ${operator.keys.join(', ') || '()'} (rows wait): ${texts.join(', ')}`;
    }
    case 'lateRows':
      return 'late rows';
  }
}

type Of<Op extends PhysicalOperator['op']> = Extract<PhysicalOperator, { readonly op: Op }>;

/** What brings rows of several inputs together. */
function joinText(
  operator: Of<
    'asOfJoin' | 'versions' | 'windowJoin' | 'intervalJoin' | 'join' | 'lookupJoin' | 'setOperation'
  >,
): string {
  switch (operator.op) {
    case 'asOfJoin':
      return asOfJoinText(operator);
    case 'versions':
      return `versions of ${operator.keys.join(', ') || '()'} (rows end when they are taken away)`;
    case 'windowJoin':
    case 'intervalJoin':
      return timedJoinText(operator);
    case 'join':
    case 'lookupJoin':
    case 'setOperation':
      return combiningText(operator);
  }
}

/** What keeps one row a group. */
function groupingText(
  operator: Of<'groupBy' | 'windowedAggregate' | 'sessionAggregate' | 'barAggregate'>,
): string {
  switch (operator.op) {
    case 'groupBy':
      return (
        `group by ${operator.keys.join(', ') || '()'}${operator.ttlUs === null ? '' : `, forgotten after ${formatDuration(operator.ttlUs)}`} ` +
        `(${operator.form}): ${aggregatesText(operator)}`
      );
    case 'windowedAggregate': {
      const late =
        operator.allowedLatenessUs === 0 ? '' : `, lateness ${formatDuration(operator.allowedLatenessUs)}`;
      return (
        `windowed aggregate by ${operator.keys.join(', ') || '()'} in ${boundWindowText(operator.window)}${late}${toldText(operator.emit)}${fillText(operator.fill)} ` +
        `(${operator.form}): ${aggregatesText(operator)}`
      );
    }
    case 'sessionAggregate': {
      const { window, allowedLatenessUs, keys, form, retracting } = operator;
      const by = keys.join(', ') || '()';
      const back = retracting ? ' of rows that may be taken back' : '';
      const late = allowedLatenessUs === 0 ? '' : `, lateness ${formatDuration(allowedLatenessUs)}`;
      return form === 'late'
        ? `late rows of sessions by ${by}`
        : `sessions by ${by}, gap ${formatDuration(window.gapUs)}${late}${back} (${form}): ${aggregatesText(operator)}`;
    }
    case 'barAggregate': {
      const { window, allowedLatenessUs, keys, form, retracting } = operator;
      const by = keys.join(', ') || '()';
      const of = window.columns.length === 0 ? 'rows' : `of ${window.columns.join(' × ')}`;
      const back = retracting ? ' of rows that may be taken back' : '';
      const late = allowedLatenessUs === 0 ? '' : `, lateness ${formatDuration(allowedLatenessUs)}`;
      return form === 'late'
        ? `late rows of bars by ${by}`
        : `bars by ${by}, ${window.threshold} ${of}${late}${back} (${form}): ${aggregatesText(operator)}`;
    }
  }
}

function changelogText(operator: Of<'distinct' | 'changes' | 'rowKinds' | 'upsert'>): string {
  if (operator.op === 'changes') return 'changes as rows';
  if (operator.op === 'distinct')
    return operator.by === undefined
      ? `distinct ${operator.output.fields.map(({ name }) => name).join(', ')}`
      : `first rows by ${operator.by.join(', ')}`;
  const { kind, deleted } = operator;
  const told = kind === null ? '' : `, row kind in ${kind}`;
  const gone = deleted === null ? '' : `, deleted where ${boundText(deleted)}`;
  if (operator.op === 'rowKinds') return `changes by value${told}${gone}`;
  const { key, order, form } = operator;
  const by = order.map(({ value, descending }) => `${boundText(value)}${descending ? ' desc' : ''}`);
  const first = by.length === 0 ? 'the last to come' : `the first by ${by.join(', ')}`;
  return `upsert by ${key.join(', ')}, ${first}${told}${gone} (${form})`;
}

function rollingText({ frame, columns, args, keys, changes }: PhysicalRolling): string {
  const texts = columns.map(({ name, fn, args: positions, where }) => {
    const condition = where === null ? '' : ` where ${boundText(args[where])}`;
    return `${name} = ${fn}(${positions.map(at => boundText(args[at])).join(', ')})${condition}`;
  });
  const by = keys.join(', ') || '()';
  if (changes === undefined) return `rolling by ${by}${frameText(frame)}: ${texts.join(', ')}`;
  const ways = changes.reversed ? 'from the last row to the first' : 'over rows that change';
  return `rolling by ${by}${frameText(frame)} (${ways}): ${texts.join(', ')}`;
}

function rankOperatorText({ columns, by, within }: PhysicalRank): string {
  const order = by.map(({ column, descending }) => `${column}${descending ? ' desc' : ''}`).join(', ');
  const each = within.length === 0 ? '' : ` within ${within.join(', ')}`;
  return `${columns.map(({ name, rank }) => `${name} = ${rank}`).join(', ')} by ${order}${each}, at the end of the input`;
}

function aggregatesText(grouping: PhysicalGrouping): string {
  return grouping.aggregates
    .map(({ name, fn, args, where, distinct, options }) => {
      const condition = where === null ? '' : ` where ${boundText(grouping.args[where])}`;
      const texts = args.map(arg => boundText(grouping.args[arg]));
      return `${name} = ${aggregateText(fn, texts, distinct, options)}${condition}`;
    })
    .join(', ');
}

/** When windows that are open are told, where that is not with every change. */
function toldText({ change, everyUs, rows }: EmitSpec): string {
  if (change) return '';
  const early = [
    ...(everyUs === null ? [] : [`every ${formatDuration(everyUs)}`]),
    ...(rows === null ? [] : [`after ${rows} rows`]),
  ];
  return `, told ${[...early, 'when they close'].join(', ')}`;
}

function fillText(fill: FillSpec | null): string {
  if (fill === null) return '';
  return `, up to ${fill.limit} empty ones filled with ${fill.by === 'null' ? 'NULL' : 'the values before'}`;
}

function sorted(by: readonly { readonly column: string; readonly descending: boolean }[]): string {
  if (by.length === 0) return '';
  return `sort by ${by.map(({ column, descending }) => (descending ? `${column} descending` : column)).join(', ')}, `;
}

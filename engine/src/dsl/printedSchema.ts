import { formatDuration } from '../columns/duration.js';
import { formatTimestamp } from '../columns/iso.js';
import { typeName } from '../columns/types.js';
import type { Field } from '../columns/types.js';
import type { BoundPlan } from '../session/protocol.js';
import type { SourceSummary } from '../session/protocol.js';

/** The columns of a collection, and one line about each of its sources. */
export class PrintedSchema {
  readonly fields: readonly Field[];
  /** The event-time column, or null. */
  readonly time: string | null;
  /** The columns that name one row of a table, or null. */
  readonly key: readonly string[] | null;
  readonly sources: readonly SourceSummary[];

  constructor(bound: BoundPlan) {
    this.fields = bound.fields;
    this.time = bound.time;
    this.key = bound.key;
    this.sources = bound.sources;
  }

  toString(): string {
    const width = Math.max(0, ...this.fields.map(field => field.name.length));
    const columns = this.fields.map(field => {
      const marks = [
        this.time === field.name ? 'event time' : '',
        this.key?.includes(field.name) ? 'key' : '',
      ];
      const notes = marks.filter(mark => mark !== '').join(', ');
      const type = typeName(field.type) + (field.nullable ? ', nullable' : '');
      return `${field.name.padEnd(width)}  ${type}${notes === '' ? '' : `  (${notes})`}`;
    });
    return [...columns, ...this.sources.map(sourceLine)].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** A source in one line: what there is, when it is, how far rows lie behind each other and what follows of that, what could not be read. */
export function sourceLine(source: SourceSummary): string {
  const parts = [
    `${source.fields.length} columns`,
    ...(source.rows === null ? [] : [`${source.rows} rows`]),
    ...timeParts(source),
    ...source.notes,
  ];
  return `${source.name}: ${parts.join('; ')}`;
}

function timeParts({
  time,
  fields,
  sample,
  boundUs,
  boundFrom,
  firstTime,
  lastTime,
}: SourceSummary): string[] {
  if (time === null) return ['no event time'];
  const type = fields.find(field => field.name === time)?.type;
  const unit = type === undefined ? '' : typeName(type);
  const range =
    firstTime === null
      ? ''
      : `, from ${timeText(firstTime)}${lastTime === null ? '' : ` to ${timeText(lastTime)}`}`;
  const measured = sample === undefined || sample.rows === 0 ? [] : sampleParts(sample);
  const from = boundFrom === 'declared' ? 'declared' : 'the disorder of the sample';
  return [
    `event time ${time}, ${unit}${range}`,
    ...measured,
    `watermark ${formatDuration(boundUs)} behind (${from})`,
  ];
}

function sampleParts({ rows, rejected, disorderUs }: NonNullable<SourceSummary['sample']>): string[] {
  const order = disorderUs === 0 ? 'in order' : `up to ${formatDuration(disorderUs)} out of order`;
  return [
    `${rows} rows looked at, ${order}`,
    ...(rejected === 0 ? [] : [`${rejected} of them cannot be read (see rejects)`]),
  ];
}

function timeText(time: number): string {
  return formatTimestamp(BigInt(Math.floor(time)), 'us');
}

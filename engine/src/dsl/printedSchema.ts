import { formatDuration } from '../columns/duration.js';
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

/** A source in one line: columns, unit of time, disorder, rows, watermark. */
export function sourceLine(source: SourceSummary): string {
  const unit = source.fields.find(field => field.name === source.time)?.type;
  const parts = [
    `${source.fields.length} columns`,
    ...(source.rows === null ? [] : [`${source.rows} rows`]),
    ...(source.time === null
      ? ['no event time']
      : [`event time ${source.time}, ${unit === undefined ? '' : typeName(unit)}`]),
    ...(source.time === null
      ? []
      : [
          `watermark ${formatDuration(source.boundUs)} behind (${source.boundFrom === 'declared' ? 'declared' : 'the disorder of the sample'})`,
        ]),
    ...source.notes,
  ];
  return `${source.name}: ${parts.join('; ')}`;
}

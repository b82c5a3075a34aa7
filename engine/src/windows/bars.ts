import {
  defineWindow,
  WindowError,
  type BarWindow,
  type RowWindowDefinition,
  type RowWindow,
  type WindowParameters,
} from './define.js';

/** What one kind of bar is: its name, what fills it, and the parameters that name the columns it counts. */
interface BarKind {
  readonly name: string;
  readonly doc: string;
  readonly columns: readonly string[];
}

const HOW =
  'Bars of one group follow each other in event order (event time, sequence, arrival), each from its first row to its last. The row ' +
  'that reaches the threshold is the last of its bar and is not split (M. López de Prado, Advances in Financial Machine ' +
  'Learning, 2018, chapter 2). The bar that the end of the input leaves incomplete comes out as well.';

function defineBars({ name, doc, columns }: BarKind): RowWindowDefinition {
  const bind = (parameters: WindowParameters): BarWindow => ({
    kind: 'bars',
    threshold: thresholdOf(name, parameters, columns.length === 0),
    columns: columns.map(column => columnOf(name, parameters, column)),
  });
  return defineWindow({
    name,
    by: 'rows',
    doc: `${doc} ${HOW}`,
    bind,
    describe: parameters => {
      const { threshold, columns: names } = bind(parameters);
      return `${name}(${[threshold, ...names].join(', ')})`;
    },
    sql() {
      throw new WindowError(
        'MR3224',
        `${name}() cannot be said in Flink's SQL: its windows are cut by time.`,
        'Use tumble(), hop(), cumulate() or session() where the query has to run on Flink.',
      );
    },
    reference(rows, parameters) {
      const { threshold, columns: names } = bind(parameters);
      const bars: { start: number; end: number; rows: number[]; sum: number }[] = [];
      rows.forEach(({ timeUs, value }, row) => {
        if (bars.length === 0 || bars[bars.length - 1].sum >= threshold) {
          bars.push({ start: timeUs, end: 0, rows: [], sum: 0 });
        }
        const bar = bars[bars.length - 1];
        bar.end = timeUs + 1;
        bar.rows.push(row);
        const counted = names.length === 0 ? 1 : Number(value);
        if (!Number.isNaN(counted)) bar.sum += counted;
      });
      return bars satisfies RowWindow[];
    },
  });
}

function thresholdOf(name: string, { threshold }: WindowParameters, whole: boolean): number {
  if (typeof threshold === 'number' && threshold > 0 && Number.isFinite(threshold)) {
    if (!whole || Number.isSafeInteger(threshold)) return threshold;
  }
  throw new WindowError(
    'MR3222',
    `${name}() needs ${whole ? 'a whole number of rows, at least 1' : 'a number above 0'}, not ${String(threshold)}.`,
    `Write e.g. ${name}(${whole ? 100 : 10_000}).`,
  );
}

function columnOf(name: string, parameters: WindowParameters, parameter: string): string {
  const column = parameters[parameter];
  if (typeof column === 'string') return column;
  throw new WindowError(
    'MR3223',
    `${name}() needs the ${parameter}'s column as text, not ${String(column)}.`,
    `Name it: ${name}(10_000, '${parameter}').`,
  );
}

/** Parameters: `threshold`, a number of rows. */
export const countWindow = defineBars({
  name: 'countWindow',
  doc: 'Windows of so many rows of a group each.',
  columns: [],
});

/** Parameters: `threshold`, a number of rows. */
export const tickBars = defineBars({
  name: 'tickBars',
  doc: 'Bars of so many ticks each; a tick is a row, that is a trade, whatever its price and size: what countWindow does, by its market name.',
  columns: [],
});

/** Parameters: `threshold`, and `size`, a column's name. */
export const volumeBars = defineBars({
  name: 'volumeBars',
  doc: 'Bars that are complete once the sizes of their rows add up to the threshold; NULL and NaN add nothing.',
  columns: ['size'],
});

/** Parameters: `threshold`, and `price` and `size`, columns' names. */
export const dollarBars = defineBars({
  name: 'dollarBars',
  doc: 'Bars that are complete once price × size of their rows adds up to the threshold; NULL and NaN add nothing.',
  columns: ['price', 'size'],
});

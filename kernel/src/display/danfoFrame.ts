import { ends, type TextTable } from './html.js';
import { cellText } from './recordTable.js';
import { counted, ownProperty } from './safely.js';

/** Rows and columns of a DataFrame that are shown. */
const MOST_ROWS = 20;
const MOST_COLUMNS = 40;

/** What a DataFrame and a Series of danfojs have. */
interface Frame {
  readonly $isSeries: boolean;
  readonly values: readonly unknown[];
  readonly index: readonly (string | number)[];
  readonly columns: readonly string[];
  readonly dtypes: readonly string[];
}

/** Whether a value is a DataFrame or a Series, known by the fields that danfojs gives them. */
export function isDanfo(value: object): value is Frame {
  const isList = (key: string): boolean => {
    const stored = ownProperty(value, key);
    return stored.kind === 'value' && Array.isArray(stored.value);
  };
  const series = ownProperty(value, '$isSeries');
  const data = ownProperty(value, '$data');
  return (
    series.kind === 'value' &&
    typeof series.value === 'boolean' &&
    data.kind === 'value' &&
    ['$index', '$columns', '$dtypes'].every(isList)
  );
}

/** A DataFrame or a Series as a table, its index as the first column; null for other values. */
export function danfoTable(value: object): { readonly table: TextTable; readonly caption: string } | null {
  if (!isDanfo(value)) return null;
  try {
    return value.$isSeries ? seriesTable(value) : frameTable(value);
  } catch {
    return null;
  }
}

function frameTable(frame: Frame): { readonly table: TextTable; readonly caption: string } {
  const { values, index, dtypes } = frame;
  const columns = frame.columns.slice(0, MOST_COLUMNS);
  const { shown, gapBefore } = ends([...index.keys()], MOST_ROWS);
  const omitted = frame.columns.length - columns.length;
  const left = omitted > 0 ? ` · ${counted(omitted, 'column')} not shown` : '';
  return {
    table: {
      columns: ['', ...columns],
      rows: shown.map(row => {
        const cells = values[row] as readonly unknown[];
        return [String(index[row]), ...columns.map((_, i) => danfoText(cells[i]))];
      }),
      numeric: [isNumeric(index), ...columns.map((_, i) => /^(int|float)/.test(dtypes[i] ?? ''))],
      gapBefore,
    },
    caption: `DataFrame · ${counted(index.length, 'row')} · ${counted(frame.columns.length, 'column')}${left}`,
  };
}

function seriesTable({ values, index, columns, dtypes }: Frame): {
  readonly table: TextTable;
  readonly caption: string;
} {
  const { shown, gapBefore } = ends([...index.keys()], MOST_ROWS);
  return {
    table: {
      columns: ['', String(columns[0] ?? '0')],
      rows: shown.map(row => [String(index[row]), danfoText(values[row])]),
      numeric: [isNumeric(index), /^(int|float)/.test(dtypes[0] ?? '')],
      gapBefore,
    },
    caption: `Series · ${counted(index.length, 'value')} · ${dtypes[0] ?? 'unknown'}`,
  };
}

function isNumeric(index: readonly unknown[]): boolean {
  return index.slice(0, 100).every(label => typeof label === 'number');
}

/** danfojs keeps what is missing as NaN or undefined in columns of numbers. */
function danfoText(value: unknown): string | null {
  return value === undefined ? null : cellText(value);
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { formatDate, formatTimestamp, parseDate, parseTimestamp } from '../../engine/src/columns/iso.js';
import type { DataType } from '../../engine/src/columns/types.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { Value } from '../../engine/src/columns/values.js';
import '../../engine/src/node/index.js';
import { FlinkSession, materialised } from '../support/flinkGateway.js';
import { queries, tables } from '../support/flinkQueries.js';
import { difference } from '../properties/duckdb/compare.js';

/** How many queries Flink runs side by side: each waits more than it computes. */
const SIDE_BY_SIDE = 4;
const NULL_TEXT = '<null>';

let folder: string;
let flink: FlinkSession;
const sources: Record<string, Record<string, string>> = {};
const results = new Map<string, (readonly (string | null)[])[] | Error>();

/** A value as Flink's CSV reads it. */
function csvText(value: Value, type: DataType): string {
  if (value === null) return NULL_TEXT;
  if (type.kind === 'timestamp')
    return formatTimestamp(value as bigint, type.unit)
      .replace('T', ' ')
      .replace('Z', '');
  if (type.kind === 'date') return formatDate(value as number);
  return type.kind === 'string' ? `"${String(value).replaceAll('"', '""')}"` : String(value);
}

/** A value of Flink's as ours. */
function valueOf(text: string | null, type: DataType): Value {
  if (text === null) return null;
  switch (type.kind) {
    case 'boolean':
      return text.toLowerCase() === 'true';
    case 'int64':
      return BigInt(text);
    case 'timestamp':
      return parseTimestamp(`${text.replace(' ', 'T')}Z`, type.unit);
    case 'date':
      return parseDate(text);
    case 'string':
      return text;
    default:
      return Number(text);
  }
}

async function rowsOf(query: { toArrow(): Promise<Uint8Array> }): Promise<Value[][]> {
  const { columns, length } = decodeArrow(await query.toArrow());
  return Array.from({ length }, (_, row) => columns.map(column => valueAt(column, row)));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-flink-'));
  flink = await FlinkSession.open(inject('flinkGateway'));
  for (const [name, table] of Object.entries(tables)) {
    const { fields } = table.plan as { fields: readonly { type: DataType }[] };
    const rows = await rowsOf(table);
    const lines = rows.map(row => row.map((value, k) => csvText(value, fields[k].type)).join(','));
    writeFileSync(join(folder, `${name}.csv`), `${lines.join('\n')}\n`);
    sources[name] = {
      connector: 'filesystem',
      path: `file://${join(folder, `${name}.csv`)}`,
      format: 'csv',
      'csv.null-literal': NULL_TEXT,
    };
  }
  const made = new Map<string, Promise<unknown>>();
  const run = async (name: string): Promise<(readonly (string | null)[])[]> => {
    const { tables: statements, query, cannot } = await queries[name].toFlinkSql({ sources });
    expect(cannot).toEqual([]);
    for (const statement of statements) {
      if (!made.has(statement)) made.set(statement, flink.run(statement));
      await made.get(statement);
    }
    return materialised(await flink.run(query));
  };
  const waiting = Object.keys(queries);
  const worker = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      results.set(name, await run(name).catch((error: Error) => error));
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
}, 240_000);

afterAll(async () => {
  await flink.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('Flink gives what Millrace gives', () => {
  it.each(Object.keys(queries))('%s', async name => {
    const query = queries[name];
    const { columns } = await query.toFlinkSql({ sources });
    const ours = await rowsOf(query);
    const result = results.get(name)!;
    if (result instanceof Error) throw result;
    const theirs = result.map(row => row.map((text, k) => valueOf(text, columns[k].type)));
    expect(ours.length).toBeGreaterThan(0);
    expect(difference(ours, theirs, ours.length)).toBeNull();
  });
});

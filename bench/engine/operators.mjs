// A plan's operators over columns in memory, without the session around them.
import { decodeArrow } from '../../engine/dist/codecs/arrow.js';
import { NODE_SOURCES } from '../../engine/dist/node/connectors.js';
import { realWorld } from '../../engine/dist/node/world.js';
import { planPhysical } from '../../engine/dist/physical/planner.js';
import { bindPlan } from '../../engine/dist/plan/bind.js';
import { planSources } from '../../engine/dist/plan/children.js';
import { Pipeline } from '../../engine/dist/runtime/pipeline.js';

export { decodeArrow };

/** Rows that a batch has: what a socket's or a reader's turn gives. */
const BATCH_ROWS = 8192;

/** Rows that a chunk of a result has. */
const CHUNK_ROWS = 1 << 18;

/** Reads a file whole: its fields, its columns as one typed array each, and the watermark after each row. */
export async function loadColumns(path, { boundUs }) {
  const connector = NODE_SOURCES.find(({ name }) => name === 'file');
  const source = await connector.open(
    {
      name: 'trades',
      options: { path },
      fields: null,
      time: { column: 'ts', boundUs, idleTimeoutUs: null, sequence: null },
    },
    realWorld('/'),
  );
  const { fields, rows } = source.summary;
  const reading = source.read();
  let columns = null;
  let length = 0;
  for (let batch = await reading.next(BATCH_ROWS); batch !== null; batch = await reading.next(BATCH_ROWS)) {
    columns ??= batch.columns.map(column => ({
      ...column,
      data: new column.data.constructor(rows),
      valid: null,
    }));
    for (const [i, { data, valid }] of batch.columns.entries()) {
      const column = columns[i];
      column.data.set(data.subarray(0, batch.length), length);
      if (valid === null) column.valid?.fill(1, length, length + batch.length);
      else
        (column.valid ??= new Uint8Array(rows).fill(1, 0, length)).set(
          valid.subarray(0, batch.length),
          length,
        );
    }
    length += batch.length;
  }
  await reading.close();
  await source.close();
  const times = columns[fields.findIndex(({ name }) => name === 'ts')].data;
  return { schema: { fields }, columns, length, marks: marksOf(times, boundUs) };
}

function marksOf(times, boundUs) {
  const marks = new Float64Array(times.length);
  let highest = -Infinity;
  for (let i = 0; i < times.length; i++) {
    if (times[i] > highest) highest = times[i];
    marks[i] = highest - boundUs;
  }
  return marks;
}

/** The physical plan of a collection over columns in memory. */
export function physicalPlan(collection, { schema }, form = null, options = {}) {
  const relations = bindPlan(collection.plan, source => ({
    schema,
    time: source.time?.column ?? null,
    mode: 'append',
    key: null,
  }));
  const physical = planPhysical(collection.plan, relations, options);
  return form === null
    ? physical
    : { ...physical, operators: physical.operators.map(each => ({ ...each, form })) };
}

/** Pushes all rows through a plan in batches and closes it; `rows` of `data` at most. */
export function runAll(plan, data, out, rows = data.length) {
  const pipeline = new Pipeline(plan, out, () => 0);
  for (let at = 0; at < rows; at += BATCH_ROWS)
    pipeline.push(0, slice(data, at, Math.min(rows, at + BATCH_ROWS)));
  pipeline.end(0);
  return pipeline;
}

/** The physical plan of a join of two collections over columns in memory, left first. */
export function joinedPlan(collection, sides) {
  const sources = planSources(collection.plan);
  const relations = bindPlan(collection.plan, source => ({
    schema: sides[sources.indexOf(source)].schema,
    time: source.time.column,
    mode: 'append',
    key: null,
  }));
  return planPhysical(collection.plan, relations);
}

/** Pushes the rows of several sources through a plan in batches, the one whose next row is the earliest first; at most so many of each. `look` sees the pipeline after each batch. */
export function runBoth(plan, sides, out, most, look = () => undefined) {
  const pipeline = new Pipeline(plan, out, () => 0);
  const ends = sides.map(({ length }, source) => Math.min(length, most[source]));
  const at = sides.map(() => 0);
  for (;;) {
    let next = -1;
    for (let source = 0; source < sides.length; source++) {
      if (at[source] === ends[source]) continue;
      if (next < 0 || sides[source].marks[at[source]] < sides[next].marks[at[next]]) next = source;
    }
    if (next < 0) break;
    const to = Math.min(ends[next], at[next] + BATCH_ROWS);
    pipeline.push(next, slice(sides[next], at[next], to));
    at[next] = to;
    look(pipeline);
    if (to === ends[next]) pipeline.end(next);
  }
  return pipeline;
}

/** Rows [from, to) as a batch: views, nothing is copied. */
export function slice({ schema, columns, marks }, from, to) {
  return {
    schema,
    length: to - from,
    columns: columns.map(column => ({
      ...column,
      data: column.data.subarray(from, to),
      valid: column.valid?.subarray(from, to) ?? null,
    })),
    kinds: null,
    marks: marks.subarray(from, to),
    watermark: marks[to - 1],
  };
}

/** Keeps all rows that come out, as a user who waits for the result would. */
export class Materialised {
  length = 0;
  #fields = null;
  #chunks = [];
  #columns = [];
  /** Rows in the newest chunk, and how many it has room for. */
  #used = CHUNK_ROWS;
  #counted;

  /** @param counted whether rows are counted by their sign alone and the columns let go: a changelog that nobody keeps */
  constructor(counted = false) {
    this.#counted = counted;
  }

  take = batch => {
    this.#fields ??= batch.schema.fields;
    this.length += batch.length;
    if (batch.length === 0 || this.#counted) return;
    for (let from = 0; from < batch.length;) {
      if (this.#used === CHUNK_ROWS) this.#open(batch);
      const count = Math.min(batch.length - from, CHUNK_ROWS - this.#used);
      this.#append(batch, from, count);
      from += count;
    }
  };

  #open({ columns }) {
    this.#used = 0;
    this.#columns = columns.map(({ data }) => ({ data: new data.constructor(CHUNK_ROWS), valid: null }));
    this.#chunks.push({ columns: this.#columns, length: 0 });
  }

  #append({ columns }, from, count) {
    const at = this.#used;
    columns.forEach(({ data, valid }, k) => {
      const column = this.#columns[k];
      column.data.set(data.subarray(from, from + count), at);
      if (valid === null && column.valid === null) return;
      column.valid ??= new Uint8Array(CHUNK_ROWS).fill(1, 0, at);
      if (valid === null) column.valid.fill(1, at, at + count);
      else column.valid.set(valid.subarray(from, from + count), at);
    });
    this.#used = this.#chunks.at(-1).length = at + count;
  }

  /** The sum of each named column, NULLs left out, and the number of rows. */
  sums(names) {
    const sums = { rows: this.length };
    for (const name of names) {
      const at = this.#fields.findIndex(field => field.name === name);
      let total = 0;
      for (const { columns, length } of this.#chunks) {
        const { data, valid } = columns[at];
        for (let i = 0; i < length; i++) if (valid === null || valid[i] === 1) total += Number(data[i]);
      }
      sums[name] = total;
    }
    return sums;
  }
}

/** A connector of the name `file` that has read the file already: its batches are windows on columns in memory. */
export async function columnsInMemory(connectors, path, world) {
  const file = connectors.find(({ name }) => name === 'file');
  let columns = null;
  return {
    name: 'file',
    async open(request) {
      const source = await file.open(request, world);
      columns ??= await readAll(source);
      return { ...source, read: () => reader(columns) };
    },
    /** Reads the file before anything is measured. */
    async load(time) {
      const request = {
        name: 'trades',
        options: { path },
        fields: null,
        time: { column: time, boundUs: 0, idleTimeoutUs: null, sequence: null },
      };
      const source = await file.open(request, world);
      columns = await readAll(source);
      await source.close();
    },
  };
}

async function readAll(source) {
  const rows = source.summary.rows;
  const reading = source.read();
  let all = null;
  let length = 0;
  for (let batch = await reading.next(8192); batch !== null; batch = await reading.next(8192)) {
    all ??= batch.columns.map(column => ({
      ...column,
      data: new column.data.constructor(rows),
      valid: null,
    }));
    batch.columns.forEach((column, i) => all[i].data.set(column.data.subarray(0, batch.length), length));
    length += batch.length;
  }
  const time = source.summary.fields.findIndex(({ name }) => name === source.summary.time);
  return { schema: { fields: source.summary.fields }, columns: all, length, marks: all[time].data };
}

function reader({ schema, columns, length, marks }) {
  const counters = { rows: 0, bytes: 0, rejected: 0, rejects: [], reconnects: 0, dropped: 0 };
  let at = 0;
  return {
    counters,
    async next(maxRows) {
      if (at === length) return null;
      const to = Math.min(length, at + maxRows);
      const slice = lane => lane.subarray(at, to);
      const batch = {
        schema,
        length: to - at,
        columns: columns.map(column => ({ ...column, data: slice(column.data) })),
        kinds: null,
        marks: slice(marks),
        watermark: marks[to - 1],
      };
      counters.rows += batch.length;
      at = to;
      return batch;
    },
    async close() {},
  };
}

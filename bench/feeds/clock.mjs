import { fileURLToPath } from 'node:url';
import { makeTrades } from '../engine/data.mjs';
import { measure } from '../support/children.mjs';

const ROWS = 2_000_000;

/** The session clock over a CSV and a Parquet file: exactness of rows' times at some speeds, and the time that going back takes. */
export async function measureClock({ rows = ROWS, cases }) {
  const stem = await makeTrades(rows);
  const script = fileURLToPath(new URL('clockRun.mjs', import.meta.url));
  const results = [];
  for (const task of ['accuracy', 'seek']) {
    for (const ending of ['csv', 'parquet']) {
      const name = `clock ${task} ${ending}`;
      if (!cases.includes('clock') && !cases.includes(name)) continue;
      const result = await measure(process.execPath, [
        script,
        JSON.stringify({ path: `${stem}.${ending}`, task }),
      ]);
      results.push({ name, order: null, engine: 'millrace', rows, ...result });
    }
  }
  return results;
}

// `node scripts/calendars.mjs`: makes the tables of exchange sessions anew (engine/src/windows/calendars/tables.ts), and the samples of
// them that tests compare with, from the Python package exchange_calendars, which is installed into a temporary folder.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { run, tail } from './lib/exec.mjs';
import { ROOT } from './lib/paths.mjs';
import { findPython } from './lib/python.mjs';

const PACKAGE = 'exchange_calendars==4.13.2';
const TABLES = join(ROOT, 'engine', 'src', 'windows', 'calendars', 'tables.ts');
const SAMPLES = join(ROOT, 'tests', 'engine', 'golden', 'calendars.json');

async function must(command, args) {
  const { code, output } = await run(command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${tail(output)}`);
  return output;
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-calendars-'));
try {
  const [command, ...args] = await findPython();
  await must(command, [...args, '-m', 'venv', folder]);
  const python = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
  await must(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', PACKAGE]);
  const output = await must(python, [join(ROOT, 'scripts', 'lib', 'calendars.py')]);
  const { version, calendars, samples } = JSON.parse(output.slice(output.indexOf('{')));
  const text = `// Made by scripts/calendars.mjs from the Python package exchange_calendars ${version}, which is under the
// Apache License 2.0 (https://github.com/gerrymanoim/exchange_calendars). Do not edit.
import type { CalendarTable } from './table.js';

/** The version of exchange_calendars that the tables were made of. */
export const CALENDARS_VERSION = '${version}';

export const CALENDAR_TABLES: readonly CalendarTable[] = ${JSON.stringify(calendars)};
`;
  const options = await resolveConfig(TABLES);
  writeFileSync(TABLES, await format(text, { ...options, filepath: TABLES }));
  writeFileSync(
    SAMPLES,
    await format(JSON.stringify({ version, samples }), { ...options, filepath: SAMPLES }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

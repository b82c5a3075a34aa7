import { existsSync } from 'node:fs';

/** The Chromium to test in: what `CHROME_PATH` names, else the system's. */
export function chromePath(): string {
  const given = process.env['CHROME_PATH'];
  const path = given !== undefined && given !== '' ? given : '/usr/bin/chromium';
  if (!existsSync(path)) throw new Error(`There is no Chromium at ${path}. Set CHROME_PATH to one.`);
  return path;
}

import type { FoundPin } from 'millrace/host';
import { differencesText, type RowDifferences } from 'millrace/session';
import type { Difference } from './contract.js';
import { isObject, type Notebook } from './notebook.js';

/** So many rows that differ are shown. */
const MOST_SHOWN = 10;

/**
 * What a pin that was found differs in from what was pinned beside the notebook or in it; null: it is the same.
 *
 * @param update whether it is written, and not compared
 */
export function comparePin(
  found: FoundPin,
  { json }: Notebook,
  update: boolean,
): Pick<Difference, 'text' | 'rows'> | null {
  if (found.before !== null) {
    // Another file, and one that is read otherwise, are errors of the cell that reads it.
    if (found.kind === 'file' || found.differences === null) return null;
    const rows = found.differences as RowDifferences;
    return { text: differencesText(rows, MOST_SHOWN), rows };
  }
  const noted = notedPin(json, found);
  if (noted === null) {
    const text = update ? 'it is pinned now' : 'it is not pinned yet: millrace check --update pins it';
    return { text, rows: null };
  }
  if (noted.hash === found.pin.hash && noted.rows === found.pin.rows) return null;
  return {
    text: `the notebook says ${factsText(noted)}, and ${factsText({ ...found.pin })} are there now`,
    rows: null,
  };
}

/** A pin as the notebook's metadata has it. */
function notedPin(json: Record<string, unknown>, { kind, name }: FoundPin): Record<string, unknown> | null {
  const noted = (isObject(json.metadata) ? json.metadata.millrace : undefined) as unknown;
  const list = isObject(noted) ? noted[kind === 'file' ? 'pins' : 'results'] : undefined;
  const pin = isObject(list) && Object.hasOwn(list, name) ? list[name] : undefined;
  return isObject(pin) ? pin : null;
}

function factsText({ hash, rows, from, to }: Record<string, unknown>): string {
  const span = typeof from === 'string' ? ` from ${from} to ${String(to)}` : '';
  return `${String(rows)} rows${span}, hash ${String(hash)}`;
}

/** Notes pins in the notebook's metadata, as the extension of JupyterLab does. */
export function notePins({ json }: Notebook, pins: readonly FoundPin[]): void {
  if (pins.length === 0) return;
  const metadata = isObject(json.metadata) ? json.metadata : {};
  const noted = isObject(metadata.millrace) ? metadata.millrace : {};
  for (const { kind, name, pin } of pins) {
    const list = kind === 'file' ? 'pins' : 'results';
    const before = isObject(noted[list]) ? noted[list] : {};
    const facts =
      kind === 'file'
        ? pin
        : { hash: pin.hash, rows: pin.rows, columns: (pin as { columns: unknown }).columns };
    noted[list] = { ...before, [name]: facts };
  }
  metadata.millrace = noted;
  json.metadata = metadata;
}

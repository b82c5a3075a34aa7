/** Apostrophes, then what makes a spreadsheet take a text for a formula (ASVS 1.2.10, and line ends, which some strip). */
const FORMULA = /^'*[=+\-@\t\r\n\0]/;
const APOSTROPHE = 39;

/**
 * A text that a spreadsheet would take for a formula as a quoted CSV field, with an apostrophe in front; null for any other. So that reading can tell, a text
 * that has apostrophes there by itself gets one more.
 */
export function guardedText(text: string): string | null {
  return FORMULA.test(text) ? `"'${text.replaceAll('"', '""')}"` : null;
}

/** Whether the text of a quoted field has such an apostrophe, which is none of its own. */
export function isGuarded(bytes: Uint8Array, from: number, to: number): boolean {
  if (bytes[from] !== APOSTROPHE) return false;
  let p = from;
  while (p < to && bytes[p] === APOSTROPHE) p++;
  if (p === to) return false;
  switch (bytes[p]) {
    case 0x3d:
    case 0x2b:
    case 0x2d:
    case 0x40:
    case 0x09:
    case 0x0d:
    case 0x0a:
    case 0x00:
      return true;
    default:
      return false;
  }
}

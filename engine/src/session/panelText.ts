/** Names and sentences of data are told up to so many characters. */
const MOST_CHARACTERS = 400;

/** A text that may be long, cut. */
export function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}

/** What went wrong, as text; null: nothing. */
export function problemText(error: unknown): string | null {
  if (error === null || error === undefined) return null;
  return cut(error instanceof Error ? error.message : String(error));
}

/** A number that JSON has; null for those that it has not, such as the watermark of what has ended. */
export function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

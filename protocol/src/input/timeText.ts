/** A time in UTC as ISO text, with as many digits of a second as it has: `2026-01-05T14:30:00.25Z`. */
export function inputTimeText(us: number): string {
  const seconds = Math.floor(us / 1e6);
  const iso = new Date(seconds * 1000).toISOString().slice(0, 19);
  const rest = us - seconds * 1e6;
  const fraction = rest === 0 ? '' : `.${String(rest).padStart(6, '0').replace(/0+$/, '')}`;
  return `${iso}${fraction}Z`;
}

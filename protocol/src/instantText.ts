const TICKS_PER_SECOND: Readonly<Record<string, bigint>> = {
  s: 1n,
  ms: 1000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
};

/** A timestamp's parts as text: day, time of day, and the digits of its fraction without trailing zeros. */
export interface InstantText {
  readonly day: string;
  readonly time: string;
  readonly fraction: string;
}

/** Splits ticks since 1970 UTC. Ticks beyond the calendar come as a bare number in `day`. */
export function instantText(ticks: number | bigint, unit: string): InstantText {
  const perSecond = TICKS_PER_SECOND[unit];
  const exact = BigInt(ticks);
  const rest = ((exact % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((exact - rest) / perSecond) * 1000);
  if (Number.isNaN(date.getTime())) return { day: String(ticks), time: '', fraction: '' };
  const iso = date.toISOString();
  const split = iso.indexOf('T');
  const digits = String(rest).padStart(String(perSecond).length - 1, '0');
  const fraction = rest === 0n ? '' : digits.replace(/0+$/, '');
  return { day: iso.slice(0, split), time: iso.slice(split + 1, split + 9), fraction };
}

/** The day of a date that is stored as days since 1970: `2026-01-05`. Days beyond the calendar come as a bare number. */
export function dayText(days: number | bigint): string {
  const { day, time } = instantText(BigInt(days) * 86_400n, 's');
  return time === '' ? String(days) : day;
}

/** A timestamp in full, with as many digits of a second as it has: `2026-01-05T14:30:00.25Z`. */
export function isoText(ticks: number | bigint, unit: string): string {
  return joined(instantText(ticks, unit), 'T', 'Z');
}

/** A timestamp for people: `2026-01-05 14:30:00.25 UTC`. */
export function spokenInstant(ticks: number | bigint, unit: string): string {
  return joined(instantText(ticks, unit), ' ', ' UTC');
}

function joined({ day, time, fraction }: InstantText, between: string, zone: string): string {
  return time === '' ? day : `${day}${between}${time}${fraction === '' ? '' : `.${fraction}`}${zone}`;
}

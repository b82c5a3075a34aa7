import { wallClock } from '@millrace/protocol';
import { clockText } from '../format.js';

/** The zones that the menu offers, by the exchanges there. */
export const ZONES: readonly (readonly [zone: string, label: string])[] = [
  ['UTC', 'UTC'],
  ['America/New_York', 'New York'],
  ['America/Chicago', 'Chicago'],
  ['Europe/London', 'London'],
  ['Europe/Berlin', 'Frankfurt'],
  ['Europe/Zurich', 'Zurich'],
  ['Asia/Tokyo', 'Tokyo'],
  ['Asia/Hong_Kong', 'Hong Kong'],
  ['Asia/Singapore', 'Singapore'],
  ['Australia/Sydney', 'Sydney'],
];

/** The browser's own zone. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The name of a zone as it is known; null where there is none of that name. */
export function checkedZone(text: string): string | null {
  if (text.length > 60) return null;
  try {
    const zone = new Intl.DateTimeFormat('en-US', { timeZone: text.trim() }).resolvedOptions().timeZone;
    return /^(?:Etc\/)?(?:UTC|GMT|UCT|Zulu|Universal)$/.test(zone) ? 'UTC' : zone;
  } catch {
    return null;
  }
}

/** What a zone is called in a narrow place. */
export function zoneLabel(zone: string): string {
  const known = ZONES.find(([name]) => name === zone)?.[1];
  return known ?? (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

const clocks = new Map<string, (ms: number) => number>();

/** What a zone's clocks are ahead of UTC at a time, in microseconds. */
function offsetUs(us: number, zone: string): number {
  if (zone === 'UTC') return 0;
  let clock = clocks.get(zone);
  if (clock === undefined) clocks.set(zone, (clock = wallClock(zone)));
  const ms = Math.floor(us / 1000);
  return (clock(ms) - ms) * 1000;
}

/** A time as a zone's clocks show it: `2026-01-05 09:30:00`; without the day where that is the one of `beside`. */
export function zonedTime(us: number, zone: string, beside: number | null = null): string {
  return clockText(us + offsetUs(us, zone), beside === null ? null : beside + offsetUs(beside, zone));
}

const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?$/;
const DAY_US = 86_400_000_000;

/**
 * A time that somebody has typed, in microseconds; null where it is none. A time of day is one of the day of `nearUs` in the zone; an ISO time without an offset is
 * one of the zone's clocks.
 */
export function typedTime(text: string, zone: string, nearUs: number): number | null {
  const [first, second, ...more] = text.trim().split(/[\sT]+/);
  if (more.length > 0 || first === undefined) return null;
  if (
    /(?:Z|[+-]\d{2}:?\d{2})$/.test(text.trim()) &&
    /^\d{4}-\d{2}-\d{2}T/.test(text.trim().replace(/\s+/, 'T'))
  )
    return isoTime(text.trim().replace(/\s+/, 'T'));
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(first);
  if (!isDay && second !== undefined) return null;
  const time = isDay ? timeOfDay(second ?? '00:00') : timeOfDay(first);
  const day = isDay
    ? isoTime(`${first}T00:00:00Z`)
    : Math.floor((nearUs + offsetUs(nearUs, zone)) / DAY_US) * DAY_US;
  return time === null || day === null ? null : fromWall(day + time, zone);
}

function isoTime(text: string): number | null {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const ms = Date.parse(text.replace(/\.\d+/, ''));
  return Number.isNaN(ms) ? null : ms * 1000 + Math.round(Number(`0.${fraction || '0'}`) * 1e6);
}

function timeOfDay(text: string): number | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [hours, minutes, seconds] = [match[1], match[2], match[3] ?? '0'].map(Number);
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return (hours * 3600 + minutes * 60 + seconds) * 1e6 + Math.round(Number(match[4] ?? 0) * 1e6);
}

/** The time at which a zone's clocks show one: the first where they do twice, and that after the jump where they never do. */
function fromWall(wallUs: number, zone: string): number {
  const before = wallUs - offsetUs(wallUs - DAY_US, zone);
  if (before + offsetUs(before, zone) === wallUs) return before;
  const after = wallUs - offsetUs(wallUs + DAY_US, zone);
  return after + offsetUs(after, zone) === wallUs ? after : before;
}

/** How long a span is, in two units at most: `17 h 30 min`, `4.2 s`. */
export function spanText(us: number): string {
  if (us < 1e3) return `${Math.round(us)} µs`;
  if (us < 1e6) return `${Math.round(us / 1e3)} ms`;
  if (us < 60e6) return `${Math.round(us / 1e5) / 10} s`;
  const units: readonly (readonly [number, string])[] = [
    [DAY_US, 'd'],
    [3600e6, 'h'],
    [60e6, 'min'],
    [1e6, 's'],
  ];
  const at = units.findIndex(([unit]) => us >= unit);
  const [[large, name], [small, below]] = [units[at], units[at + 1]];
  const rounded = Math.round(us / small) * small;
  const rest = Math.round((rounded % large) / small);
  return `${Math.floor(rounded / large)} ${name}${rest === 0 ? '' : ` ${rest} ${below}`}`;
}

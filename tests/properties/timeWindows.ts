import type { AggregateNode, WindowSpec } from '../../engine/src/plan/nodes/aggregate.js';
import { windowOf } from '../../engine/src/windows/registry.js';
import type { WindowSpan } from '../../engine/src/windows/define.js';
import { ALL_CALLS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import type { Random } from './random.js';

const MINUTE = 60e6;
const DAY = 1440 * MINUTE;
const at = (text: string): number => Date.parse(text) * 1000;

/** Windows of event time with rows for them: times in microseconds, or minutes around days on which clocks change or markets close. */
export interface WindowCase {
  readonly window: WindowSpec;
  /** What a microsecond of a history is here, and where its thousandth lies. */
  readonly scale: number;
  readonly from: number;
}

/** A random tumble, hop or cumulate of a few microseconds. */
export function shortWindow(random: Random): WindowCase {
  const sizeUs = 4 + random.below(20);
  const offsetUs = random.below(9) - 4;
  const step = 1 + random.below(6);
  const window = random.pick<WindowSpec>([
    { type: 'tumble', parameters: { sizeUs, offsetUs } },
    { type: 'hop', parameters: { sizeUs, slideUs: 1 + random.below(sizeUs), offsetUs } },
    { type: 'cumulate', parameters: { sizeUs: step * (1 + random.below(6)), stepUs: step, offsetUs } },
  ]);
  return { window, scale: 1, from: 1000 };
}

const ZONES = [
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Europe/London',
  'UTC',
];
const CHANGES = ['2024-03-08', '2024-11-01', '2023-10-27', '2024-04-05', '2006-10-27'].map(day =>
  at(`${day}T12:00Z`),
);

/** A random window by the clocks of a zone, around a day on which some clocks change. */
export function zonedWindow(random: Random): WindowCase {
  const timeZone = random.pick(ZONES);
  const hours = random.pick([0.5, 1, 2, 4, 6]);
  const many = 1 + random.below(4);
  const sizeUs = hours * 60 * MINUTE;
  const window = random.pick<WindowSpec>([
    { type: 'tumble', parameters: { sizeUs, timeZone } },
    {
      type: 'tumble',
      parameters: {
        sizeUs: random.pick([1, 2, 7]) * DAY,
        timeZone,
        offsetUs: random.pick([0, 570, -90]) * MINUTE,
      },
    },
    { type: 'tumble', parameters: { sizeMonths: random.pick([1, 3, 12]), timeZone } },
    { type: 'hop', parameters: { sizeUs: sizeUs * many, slideUs: sizeUs, timeZone } },
    { type: 'hop', parameters: { sizeUs: DAY * many, slideUs: DAY, timeZone } },
    { type: 'cumulate', parameters: { sizeUs: DAY, stepUs: sizeUs, timeZone } },
    { type: 'cumulate', parameters: { sizeMonths: 1, stepUs: DAY, timeZone } },
  ]);
  return {
    window,
    scale: random.pick([7, 20, 61]) * MINUTE,
    from: random.pick(CHANGES),
  };
}

const CALENDARS = ['XNYS', 'XNAS', 'XLON', 'XETR', 'XTKS', 'XHKG', 'CMES', '24/7'];
const CLOSURES = ['2001-09-10', '2012-10-26', '2024-03-08', '2024-11-01', '2024-12-23', '2019-07-02'].map(
  day => at(`${day}T06:00Z`),
);

/** A random window of exchange sessions, around days that are not like others. */
export function calendarWindow(random: Random): WindowCase {
  const parameters = {
    calendar: random.pick(CALENDARS),
    outside: random.pick(['drop', 'previous']),
    ...random.pick<Record<string, number>>([
      { sizeUs: random.pick([7, 30, 60, 240]) * MINUTE },
      { sizeUs: DAY },
      { sizeUs: 7 * DAY },
      { sizeMonths: random.pick([1, 3]) },
    ]),
  };
  return {
    window: { type: 'calendar', parameters },
    scale: random.pick([7, 20]) * MINUTE,
    from: random.pick(CLOSURES),
  };
}

/** A windowed aggregate over a random history that suits it. */
export function makeCase(
  random: Random,
  kind: (random: Random) => WindowCase,
  most = 80,
): { readonly node: AggregateNode; readonly rows: readonly HistoryRow[] } {
  const { window, scale, from } = kind(random);
  const place = (us: number): number => from + (us - 1000) * scale;
  const rows = makeHistory(random, 10 + random.below(most), {
    boundUs: random.pick([0, 5, 20]),
    wide: random.chance(0.15),
  }).map(row => ({
    ...row,
    time: row.time === null ? null : BigInt(place(Number(row.time))),
    mark: place(row.mark),
  }));
  const node: AggregateNode = {
    kind: 'aggregate',
    input: SOURCE,
    keys: random.pick([[], ['symbol'], ['level'], ['symbol', 'level']]),
    window,
    allowedLatenessUs: random.pick([0, 0, 7, 30]) * scale,
    columns: ALL_CALLS.filter(({ name }) => name !== 'n' && random.chance(0.4)).concat({
      ...ALL_CALLS[0],
      name: 'rows',
    }),
  };
  return { node, rows };
}

/** Every window that may hold a row between the first and last time of a history, in order of their ends. */
export function windowsAmong(node: AggregateNode, rows: readonly HistoryRow[], stepUs: number): WindowSpan[] {
  const times = rows.flatMap(({ time }) => (time === null ? [] : [Number(time)]));
  const { type, parameters } = node.window!;
  const definition = windowOf(type);
  if (definition.by !== 'time') throw new Error(`${type} windows are no windows of time`);
  const found = new Map<number, WindowSpan>();
  for (let time = Math.min(...times); time <= Math.max(...times); time += stepUs)
    for (const span of definition.reference(time, parameters)) found.set(span.end, span);
  return [...found.values()].sort((a, b) => a.end - b.end);
}

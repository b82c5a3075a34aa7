/** Five devices whose readings come so many times a second, after so many of each that are there already. */
function readings(rate, before) {
  const seconds = Math.ceil(before / rate);
  const at = new Date(Date.UTC(2024, 0, 1) + seconds * 1000).toISOString();
  return `import { clock, generator, max, tumble } from 'millrace';
const readings = generator.sensors({ devices: 5, rate: ${rate}, duration: '${seconds + 600} s', stuck: 0, dropouts: 0 });
await clock.start({ at: '${at}', speed: 1 });`;
}

const line = rows => `readings.keep({ rows: ${rows} }).line({ x: 'ts', y: 'value', color: 'device' })`;

const WIDE = `readings.keep({ rows: 1_000_000 }).derive(r => ({
  double: r.value.mul(2), half: r.value.div(2), plus: r.value.add(100), minus: r.value.sub(100),
  square: r.value.mul(r.value), next: r.sequence.add(1),
}))`;

const BARS = `readings.window(tumble('100 ms')).groupBy('device').aggregate(r => ({ highest: max(r.value) }))
  .bar({ x: 'windowStart', y: 'highest', color: 'device', last: '3 s' })`;

const single = (name, rate, before, show, target) => ({
  name,
  cells: [readings(rate, before), show],
  views: 1,
  target,
});

/** What is shown, and what it is to take. */
export const CASES = [
  single('line 5 x 400, 10/s', 10, 400, line(2000), null),
  single('line 5 x 2,000, 30/s', 30, 2000, line(10_000), 'cpu 16, p95 250'),
  single('line 5 x 100,000, 30/s', 30, 100_000, line(500_000), 'cpu 16, p95 250'),
  {
    name: '20 lines 5 x 2,000, 5/s',
    cells: [readings(5, 2000), ...Array.from({ length: 20 }, () => line(10_000))],
    views: 20,
    target: '5 paints a second each',
  },
  single('bars 30 x 5, stacked, 10/s', 30, 300, BARS, null),
  single(
    'points 2,000, 30/s',
    30,
    400,
    "readings.keep({ rows: 2000 }).point({ x: 'ts', y: 'value', color: 'device' })",
    null,
  ),
  ...[12, 50].map(rows => ({
    ...single(`table ${rows} x 10 of 1 million rows, 30/s`, 30, 200_000, WIDE, 'cpu 10'),
    settings: { tableRows: rows },
    height: 2000,
  })),
];

// The session clock over a file: how exactly rows come at their time, and how long it takes to go back, beside a run from the start.
import { count, last, replay, sum, tumble } from 'millrace';
import { openSession } from '../support/session.mjs';

const { path, task } = JSON.parse(process.argv[2]);
const SECONDS = 4;
const { runtime, registry } = openSession();
const trades = replay(path, { time: 'ts', watermark: '1 s' });
const { replay: control } = runtime;
const started = performance.now();
const cpu = process.cpuUsage();
const results = task === 'accuracy' ? await accuracy() : await seeks();
const used = process.cpuUsage(cpu);
await runtime.close();
console.log(
  JSON.stringify({
    wall_ms: performance.now() - started,
    cpu_ms: (used.user + used.system) / 1000,
    ...results,
  }),
);

/** How late rows come at some speeds, in milliseconds of wall time. */
async function accuracy() {
  const { query } = await registry.hold(trades.plan);
  const found = {};
  const apply = query.table.apply.bind(query.table);
  let delays = [];
  let speed = 1;
  query.table.apply = batch => {
    apply(batch);
    const now = runtime.clock.now();
    for (let row = 0; row < batch.length; row++)
      delays.push((now - (batch.marks[row] + 1e6)) / (1000 * speed));
  };
  const { startUs } = runtime.clockState();
  for (speed of [1, 10, 100]) {
    runtime.command({ type: 'start', at: new Date(startUs / 1000 + 10_000).toISOString(), speed });
    await control.until(runtime.clock.now());
    delays = [];
    await new Promise(resolve => setTimeout(resolve, SECONDS * 1000));
    runtime.command({ type: 'pause' });
    delays.sort((a, b) => a - b);
    const at = share => Number(delays[Math.floor(delays.length * share)]?.toFixed(2));
    Object.assign(found, {
      [`speed ${speed}: rows`]: delays.length,
      [`p50 at ${speed}`]: at(0.5),
      [`p99 at ${speed}`]: at(0.99),
    });
  }
  return found;
}

/** Milliseconds to go back to parts of the span, with the checkpoints of a run at full speed, and those of a run from the start to the same time. */
async function seeks() {
  const bars = trades
    .window(tumble('1 min'))
    .groupBy('symbol')
    .aggregate(t => ({ n: count(), volume: sum(t.size), close: last(t.price) }));
  const { query } = await registry.hold(bars.plan);
  const timed = async work => {
    const from = performance.now();
    const state = work();
    await control.until(state);
    await query.until(() => query.isCaughtUp);
    return Math.round(performance.now() - from);
  };
  const whole = await timed(() => {
    runtime.command({ type: 'start', at: null, speed: 'max' });
    return 'end';
  });
  const { startUs, endUs } = runtime.clockState();
  const found = {
    whole_ms: whole,
    checkpoints: runtime.checkpoints.size,
    checkpoint_bytes: runtime.checkpoints.bytes(),
  };
  for (const part of [0.95, 0.75, 0.5, 0.25, 0.05]) {
    const time = Math.round(startUs + (endUs - startUs) * part);
    const back = await timed(() => {
      runtime.command({ type: 'seek', to: time });
      return time;
    });
    found[`back to ${part * 100} %`] = back;
  }
  for (const part of [0.95, 0.5]) {
    const time = Math.round(startUs + (endUs - startUs) * part);
    found[`from the start to ${part * 100} %`] = await timed(() => {
      runtime.command({ type: 'start', at: new Date(time / 1000).toISOString(), speed: 1 });
      return time;
    });
  }
  return found;
}

import { expect, it } from 'vitest';
import { INT64 } from '../columns/types.js';
import { columnOf } from '../columns/values.js';
import { TransientSinkError } from '../sinks/error.js';
import { Delivery } from './delivery.js';

const HOUR_MS = 3_600_000;

it.each([HOUR_MS, -HOUR_MS])(
  'a sink is waited for as long as it takes, though the wall clock is set by %d ms',
  async jumpMs => {
    let wall = Date.UTC(2026, 0, 5);
    let precise = 0;
    const world = {
      directory: '.',
      now: () => wall,
      precise: () => precise,
      random: () => 0.5,
      after(milliseconds: number, callback: () => void) {
        const timer = setImmediate(() => {
          precise += milliseconds;
          callback();
        });
        return () => clearImmediate(timer);
      },
    };
    let refusals = 0;
    const sink = {
      write: () => {
        wall += jumpMs;
        return ++refusals < 4 || jumpMs < 0
          ? Promise.reject(new TransientSinkError('MR3560', 'it is away.', 'Wait.'))
          : Promise.resolve();
      },
      finish: () => Promise.resolve({ rows: 1, bytes: 0 }),
      abort: () => Promise.resolve(),
    };
    const nothing = () => undefined;
    const delivery = new Delivery(sink as never, world, {
      drained: nothing,
      retrying: nothing,
      failed: nothing,
    });
    const fields = [{ name: 'n', type: INT64, nullable: false }];
    delivery.push({
      schema: { fields },
      length: 1,
      columns: [columnOf(INT64, [1n])],
      kinds: null,
      marks: null,
      watermark: 0,
    });
    // Set back, the clock would make the wait an hour longer: it ends when its time is over, and not later.
    if (jumpMs < 0) {
      await expect(delivery.finish()).rejects.toThrow('it is away');
      expect(precise).toBeLessThan(HOUR_MS / 10);
    } else {
      expect(await delivery.finish()).toEqual({ rows: 1, bytes: 0 });
      expect(delivery.retries).toBe(3);
    }
  },
);

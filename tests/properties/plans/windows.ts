import type { Schema } from '../../../engine/src/columns/schema.js';
import { isNumeric } from '../../../engine/src/columns/types.js';
import type { WindowSpec } from '../../../engine/src/plan/nodes/aggregate.js';
import type { EmitSpec, FillSpec } from '../../../engine/src/windows/emission.js';
import type { Random } from '../random.js';
import { isKey } from './expressions.js';

const SECOND = 1e6;

/** A random window of time that a query can say. */
export function plainWindow(random: Random): WindowSpec {
  const sizeUs = (1 + random.below(60)) * SECOND;
  const offsetUs = random.chance(0.3) ? (random.below(200) - 100) * SECOND : 0;
  if (random.chance(0.2)) {
    const stepUs = (1 + random.below(20)) * SECOND;
    return { type: 'cumulate', parameters: { stepUs, sizeUs: stepUs * (1 + random.below(5)), offsetUs } };
  }
  if (random.chance(0.5)) return { type: 'tumble', parameters: { sizeUs, offsetUs } };
  const slideUs = (1 + random.below(sizeUs / SECOND)) * SECOND;
  return { type: 'hop', parameters: { sizeUs, slideUs, offsetUs } };
}

/** A random window by a clock or a calendar. */
export function civilWindow(random: Random): WindowSpec {
  const timeZone = random.pick(['America/New_York', 'Asia/Kolkata', 'Europe/London']);
  const sizeUs = random.pick([30, 60, 1440]) * 60 * SECOND;
  return random.pick<WindowSpec>([
    { type: 'tumble', parameters: { sizeUs, timeZone } },
    { type: 'tumble', parameters: { sizeMonths: 1, timeZone } },
    { type: 'hop', parameters: { sizeUs: sizeUs * 2, slideUs: sizeUs, timeZone } },
    { type: 'calendar', parameters: { calendar: '24/7', sizeUs: 60 * SECOND } },
    { type: 'calendar', parameters: { calendar: 'XNYS', sizeUs: 1440 * 60 * SECOND, outside: 'previous' } },
  ]);
}

/** A random session. */
export function sessionWindow(random: Random): WindowSpec {
  return { type: 'session', parameters: { gapUs: (1 + random.below(12)) * SECOND } };
}

/** Random bars: of rows, or of the values of columns where there are exact ones. */
export function barWindow(random: Random, schema: Schema): WindowSpec {
  const numbers = schema.fields.filter(field => isNumeric(field.type) && isKey(field));
  const kind = random.below(4);
  if (kind < 2 || numbers.length === 0)
    return {
      type: random.pick(['countWindow', 'tickBars']),
      parameters: { threshold: 1 + random.below(9) },
    };
  const size = random.pick(numbers).name;
  const threshold = random.pick([1, 2.5, 10, 100]);
  if (kind === 2) return { type: 'volumeBars', parameters: { threshold, size } };
  return { type: 'dollarBars', parameters: { threshold, price: random.pick(numbers).name, size } };
}

/** When windows are told. */
export function someEmit(random: Random): EmitSpec {
  return {
    change: random.chance(0.3),
    everyUs: random.chance(0.4) ? (1 + random.below(40)) * SECOND : null,
    rows: random.chance(0.4) ? 1 + random.below(4) : null,
  };
}

/** What stands for windows without rows. */
export function someFill(random: Random): FillSpec {
  return { by: random.pick(['previous', 'null']), limit: 1 + random.below(6) };
}

import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import type { WindowSpec } from '../plan/nodes/aggregate.js';
import { bindWindow } from '../windows/registry.js';

function windowSpec(type: string, parameters: Record<string, number>): WindowSpec {
  const spec = { type, parameters };
  bindWindow(spec);
  return spec;
}

/**
 * Windows of one size that follow each other: `tumble('1 min')`. They start at multiples of the size since 1970-01-01 UTC,
 * shifted by `offset`.
 */
export function tumble(size: DurationText, options: { readonly offset?: DurationText } = {}): WindowSpec {
  const offsetUs = options.offset === undefined ? 0 : parseDuration(options.offset, 'an offset');
  return windowSpec('tumble', { sizeUs: parseDuration(size, 'a window size'), offsetUs });
}

/** Windows of `size` that start every `slide`, so that a row is in several: `hop({ size: '5 min', slide: '1 min' })`. */
export function hop(options: {
  readonly size: DurationText;
  readonly slide: DurationText;
  readonly offset?: DurationText;
}): WindowSpec {
  return windowSpec('hop', {
    sizeUs: parseDuration(options.size, 'a window size'),
    slideUs: parseDuration(options.slide, 'a slide'),
    offsetUs: options.offset === undefined ? 0 : parseDuration(options.offset, 'an offset'),
  });
}

/**
 * Sessions: a group's rows that follow each other by `gap` or less. A session ends the gap after its last row; a row between two of
 * them makes them one.
 *
 * @example trades.window(session({ gap: '5 min' })).groupBy('symbol').aggregate(t => ({ n: count(), volume: sum(t.size) }))
 */
export function session(options: { readonly gap: DurationText }): WindowSpec {
  return windowSpec('session', { gapUs: parseDuration(options.gap, 'a gap') });
}

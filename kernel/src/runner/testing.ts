import type { DisplayFunction } from '../display/types.js';

/** A `display` that shows nothing, for tests of the evaluator. */
export const noDisplay: DisplayFunction = Object.assign(
  () => ({ id: '', update: () => undefined }),
  Object.fromEntries(
    ['html', 'markdown', 'latex', 'svg', 'png', 'jpeg', 'json'].map(name => [name, () => ({})]),
  ) as unknown as Omit<DisplayFunction, never>,
);

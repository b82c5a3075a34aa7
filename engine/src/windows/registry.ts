import { WindowError, type BoundWindow, type WindowDefinition, type WindowParameters } from './define.js';
import { countWindow, dollarBars, tickBars, volumeBars } from './bars.js';
import { calendar } from './calendar.js';
import { cumulate } from './cumulate.js';
import { hop } from './hop.js';
import { session } from './session.js';
import { tumble } from './tumble.js';

/** Every kind of window, by name. To add one: its file, and a line here. */
export const WINDOWS: ReadonlyMap<string, WindowDefinition> = new Map(
  [tumble, hop, cumulate, calendar, session, countWindow, tickBars, volumeBars, dollarBars].map(
    (definition): [string, WindowDefinition] => [definition.name, definition],
  ),
);

/** The window of a name. Throws `WindowError` for an unknown one. */
export function windowOf(name: string): WindowDefinition {
  const definition = WINDOWS.get(name);
  if (definition !== undefined) return definition;
  throw new WindowError(
    'MR3200',
    `There is no window '${name}'.`,
    `These exist: ${[...WINDOWS.keys()].join(', ')}.`,
  );
}

/** A plan's window with its parameters checked. */
export function bindWindow(spec: {
  readonly type: string;
  readonly parameters: WindowParameters;
}): BoundWindow {
  return windowOf(spec.type).bind(spec.parameters);
}

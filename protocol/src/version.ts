/** The major version of view frames and session messages. An unknown one is refused with a sentence. */
export const PROTOCOL_VERSION = 1;

/** The MIME type of a live view in a cell's output: a `ViewOutput` as JSON. */
export const VIEW_MIME = 'application/vnd.millrace.view.v1+json';

/** Comm targets, opened by the front end. */
export const VIEW_TARGET = 'millrace.view';
export const SESSION_TARGET = 'millrace.session';
export const PANEL_TARGET = 'millrace.panel';

/** The MIME type of an output that says which file a notebook was made with. */
export const PIN_MIME = 'application/vnd.millrace.pin.v1+json';

/** The MIME type of an input in a cell's output: an `InputOutput` as JSON; and the comm target of its value. */
export const INPUT_MIME = 'application/vnd.millrace.input.v1+json';
export const INPUT_TARGET = 'millrace.input';

/** The MIME type of text with live values: a `ProseOutput` as JSON. */
export const PROSE_MIME = 'application/vnd.millrace.prose.v1+json';

/** The MIME type of a replay bar in a cell's output: a `ClockOutput` as JSON. Its comm is one of `SESSION_TARGET`. */
export const CLOCK_MIME = 'application/vnd.millrace.clock.v1+json';

/** The MIME type of outputs that stand beside or below each other in one: a `LayoutOutput` as JSON. */
export const LAYOUT_MIME = 'application/vnd.millrace.layout.v1+json';

/** The major version of view frames and session messages. An unknown one is refused with a sentence. */
export const PROTOCOL_VERSION = 1;

/** The MIME type of a live view in a cell's output: a `ViewOutput` as JSON. */
export const VIEW_MIME = 'application/vnd.millrace.view.v1+json';

/** Comm targets, opened by the front end. */
export const VIEW_TARGET = 'millrace.view';
export const SESSION_TARGET = 'millrace.session';

/** The MIME type of an output that says which file a notebook was made with. */
export const PIN_MIME = 'application/vnd.millrace.pin.v1+json';

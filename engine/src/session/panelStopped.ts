import { MillraceError } from '../columns/error.js';

/** A query that its reader has stopped. */
export class StoppedError extends MillraceError {
  override readonly name = 'StoppedError';
}

/** Why a query gives no more rows that was stopped in the panel. */
export function stopped(): StoppedError {
  return new StoppedError('MR8401', 'it was stopped in the streams panel.', 'Run its cell again to go on.');
}

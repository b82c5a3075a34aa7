import { MillraceError } from '../columns/error.js';

/** A source or a sink that cannot be used as it was asked for. */
export class SourceError extends MillraceError {
  override readonly name: string = 'SourceError';
}

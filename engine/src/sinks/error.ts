import { SourceError } from '../sources/error.js';

/** A sink that cannot take rows now, and may later: a connection that was lost, a disk that is full. The rows are kept and given again. */
export class TransientSinkError extends SourceError {
  override readonly name = 'TransientSinkError';
}

import { MillraceError } from 'millrace';

/** A notebook that cannot be run: it is none, its kernel ends, or a cell does not. */
export class CheckError extends MillraceError {
  override readonly name = 'CheckError';
}

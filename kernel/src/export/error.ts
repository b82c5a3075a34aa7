import { MillraceError } from 'millrace';

/** A notebook of which no page can be made. */
export class ExportError extends MillraceError {
  override readonly name = 'ExportError';
}

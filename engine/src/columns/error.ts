/**
 * A mistake that Millrace can explain. Subclasses name the mistake; the code is stable, so that it can be searched for.
 * The message says what is wrong and where, the hint what to write instead.
 */
export class MillraceError extends Error {
  override readonly name: string = 'MillraceError';

  constructor(
    /** A stable code such as `MR2104`. */
    readonly code: string,
    /** What is wrong and where: the message without its code and hint. */
    readonly text: string,
    /** What to write instead, or null. */
    readonly hint: string | null = null,
    /** The line of the user's code that made the plan's node, as a stack line; null where it is not known. */
    readonly origin: string | null = null,
  ) {
    super(hint === null ? `${code} ${text}` : `${code} ${text} ${hint}`);
  }
}

import { element, setText } from '../dom.js';

/** Shows what went wrong in a view, in the place of what it said before. */
export function showError(view: HTMLElement, before: HTMLElement, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  let note = view.querySelector(':scope > .millrace-Error');
  if (note === null) {
    note = element('pre', 'millrace-Error');
    note.setAttribute('role', 'alert');
    before.before(note);
  }
  setText(note, text);
}

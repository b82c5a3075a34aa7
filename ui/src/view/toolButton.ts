import { element } from '../dom.js';

/** A small button beneath a view. */
export function toolButton(label: string, title: string, run: () => void): HTMLButtonElement {
  const button = element('button', 'millrace-View-tool', label);
  button.type = 'button';
  button.title = title;
  button.addEventListener('click', run);
  return button;
}

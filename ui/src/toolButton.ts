import { element } from './dom.js';

/** A small button of what can be done, beneath a view or among the tools of a grid. */
export function toolButton(
  of: 'View' | 'Grid',
  label: string,
  run: () => void,
  title?: string,
): HTMLButtonElement {
  const button = element('button', `millrace-Tool millrace-${of}-tool`, label);
  button.type = 'button';
  if (title !== undefined) button.title = title;
  button.addEventListener('click', run);
  return button;
}

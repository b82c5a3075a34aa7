import { element } from '../dom.js';

/** Where menus and tooltips of replay bars are: a toolbar would cut them off. */
export function popupHost(): HTMLElement {
  const known = document.querySelector<HTMLElement>('body > .millrace-Popup');
  if (known !== null) return known;
  const host = element('div', 'millrace-Popup');
  // Keys are the menu's.
  host.dataset.lmSuppressShortcuts = 'true';
  document.body.append(host);
  return host;
}

import { element } from '../dom.js';

/** An entry of a menu. */
export interface MenuItem {
  readonly label: string;
  /** Of an entry that is on or off. */
  readonly checked?: boolean;
  readonly disabled?: boolean;
  run(): void;
}

/** Opens a menu below an element, for pointer and keys, and gives the focus back when it closes. Only one is open at a time in a grid. */
export function openMenu(
  within: HTMLElement,
  anchor: Element,
  label: string,
  items: readonly MenuItem[],
  closed: () => void,
): void {
  within.querySelector('.millrace-Menu')?.dispatchEvent(new Event('millrace-close'));
  const menu = element('div', 'millrace-Menu');
  menu.setAttribute('role', 'menu');
  menu.setAttribute('aria-label', label);
  const close = (givesFocus: boolean): void => {
    if (!menu.isConnected) return;
    menu.remove();
    document.removeEventListener('pointerdown', outside, true);
    if (givesFocus) closed();
  };
  const outside = (event: Event): void => {
    if (!(event.target instanceof Node && menu.contains(event.target))) close(false);
  };
  const buttons = items.map(item => {
    const button = element('button', 'millrace-Menu-item', item.label);
    button.type = 'button';
    button.tabIndex = -1;
    button.setAttribute('role', item.checked === undefined ? 'menuitem' : 'menuitemcheckbox');
    if (item.checked !== undefined) button.setAttribute('aria-checked', String(item.checked));
    if (item.disabled === true) button.setAttribute('aria-disabled', 'true');
    button.addEventListener('click', () => {
      if (item.disabled === true) return;
      close(true);
      item.run();
    });
    return button;
  });
  menu.append(...buttons);
  menu.addEventListener('keydown', event => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const target: Readonly<Record<string, number>> = {
      ArrowDown: (at + 1) % buttons.length,
      ArrowUp: (at - 1 + buttons.length) % buttons.length,
      Home: 0,
      End: buttons.length - 1,
    };
    event.stopPropagation();
    if (Object.hasOwn(target, event.key)) buttons[target[event.key]].focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close(true);
    else return;
    event.preventDefault();
  });
  menu.addEventListener('millrace-close', () => close(false));
  within.append(menu);
  document.addEventListener('pointerdown', outside, true);
  const box = anchor.getBoundingClientRect();
  const room = document.documentElement.clientHeight - box.bottom;
  menu.style.left = `${Math.max(0, Math.min(box.left, document.documentElement.clientWidth - menu.offsetWidth - 4))}px`;
  menu.style.top = `${room < menu.offsetHeight && box.top > room ? Math.max(0, box.top - menu.offsetHeight) : box.bottom}px`;
  buttons[0]?.focus();
}

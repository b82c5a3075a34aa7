import { element } from '../dom.js';

/** A value that a spec asks to be shown: text, or an object of named texts. */
type TooltipValue = unknown;

/** Shows tooltips beside the pointer, as text only. One element for the whole page, made on first use. */
export function showTooltip(_handler: unknown, event: MouseEvent, _item: unknown, value: TooltipValue): void {
  if (value === null || value === undefined || value === '') {
    hideTooltip();
    return;
  }
  const tip = tipElement();
  tip.replaceChildren(...contentOf(value));
  tip.hidden = false;
  const { offsetWidth, offsetHeight } = tip;
  const left =
    event.clientX + 14 + offsetWidth > window.innerWidth
      ? event.clientX - 14 - offsetWidth
      : event.clientX + 14;
  const top = Math.min(event.clientY + 14, window.innerHeight - offsetHeight - 4);
  tip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
}

/** Hides the tooltip, e.g. because the chart under it is gone. */
export function hideTooltip(): void {
  if (tip !== null) tip.hidden = true;
}

let tip: HTMLElement | null = null;

function tipElement(): HTMLElement {
  if (tip === null) {
    tip = element('div', 'millrace-Tooltip');
    tip.setAttribute('role', 'tooltip');
  }
  // What lies beside a view that has the whole screen is not seen.
  const host = document.querySelector('.millrace-mod-full') ?? document.body;
  if (tip.parentElement !== host) host.append(tip);
  return tip;
}

function contentOf(value: TooltipValue): Node[] {
  if (typeof value !== 'object' || value === null) return [document.createTextNode(textOf(value))];
  const list = element('dl');
  for (const [name, entry] of Object.entries(value))
    list.append(element('dt', '', name), element('dd', '', textOf(entry)));
  return [list];
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

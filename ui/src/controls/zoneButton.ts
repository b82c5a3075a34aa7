import { element, setAttribute, setText } from '../dom.js';
import { openMenu, type MenuItem } from '../grid/menu.js';
import { popupHost } from './popup.js';
import { checkedZone, ownZone, zoneLabel, ZONES } from './zones.js';

let made = 0;

/** The zone that times are shown in: those of exchanges, the browser's own, or any that is written. */
export class ZoneButton {
  readonly node = element('span', 'millrace-ReplayBar-zones');
  private readonly button = element('button', 'millrace-ReplayBar-zone');
  private readonly input = element('input', 'millrace-ReplayBar-go');
  private readonly names = element('datalist');
  private zone = 'UTC';

  constructor(private readonly choose: (zone: string) => void) {
    this.button.type = 'button';
    this.button.setAttribute('aria-haspopup', 'menu');
    this.button.addEventListener('click', () => this.open());
    this.input.type = 'text';
    this.input.hidden = true;
    this.input.maxLength = 60;
    this.input.spellcheck = false;
    this.input.placeholder = 'Europe/Paris';
    this.input.setAttribute('aria-label', 'Time zone');
    this.names.id = `millrace-zones-${++made}`;
    this.input.setAttribute('list', this.names.id);
    this.input.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      // The button gets the focus, and would be clicked by the same key.
      event.preventDefault();
      if (event.key === 'Enter') this.take();
      else this.close(true);
    });
    this.input.addEventListener('blur', () => this.close(false));
    this.node.append(this.button, this.input, this.names);
    this.show('UTC');
  }

  show(zone: string): void {
    this.zone = zone;
    setText(this.button, zoneLabel(zone));
    setAttribute(this.button, 'aria-label', `Time zone: ${zone}`);
    setAttribute(this.button, 'title', `Times are those of ${zone}`);
  }

  private open(): void {
    const own = ownZone();
    const zones = ZONES.some(([zone]) => zone === own) ? ZONES : [...ZONES, [own, zoneLabel(own)] as const];
    const all = zones.some(([zone]) => zone === this.zone)
      ? zones
      : [...zones, [this.zone, zoneLabel(this.zone)] as const];
    const items = all.map(([zone, label]): MenuItem => ({
      label: zone === own && zone !== 'UTC' ? `${label} (this browser)` : label,
      checked: zone === this.zone,
      run: () => this.choose(zone),
    }));
    items.push({ label: 'Another…', run: () => this.edit() });
    openMenu(popupHost(), this.button, 'Time zones', items, () => this.button.focus());
  }

  private edit(): void {
    if (this.names.childElementCount === 0 && 'supportedValuesOf' in Intl) {
      for (const zone of Intl.supportedValuesOf('timeZone')) {
        const option = element('option');
        option.value = zone;
        this.names.append(option);
      }
    }
    this.button.hidden = true;
    this.input.hidden = false;
    this.input.value = '';
    this.input.removeAttribute('aria-invalid');
    this.input.title = 'The name of a zone, such as Europe/Paris';
    this.input.focus();
  }

  private take(): void {
    const zone = checkedZone(this.input.value);
    if (zone === null) {
      this.input.setAttribute('aria-invalid', 'true');
      this.input.title = 'There is no zone of that name: write one such as Europe/Paris';
      return;
    }
    this.close(true);
    this.choose(zone);
  }

  private close(givesFocus: boolean): void {
    if (this.input.hidden) return;
    this.input.hidden = true;
    this.button.hidden = false;
    if (givesFocus) this.button.focus();
  }
}

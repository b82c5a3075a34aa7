import { element, setAttribute, setText } from '../dom.js';
import { typedTime, zonedTime } from './zones.js';

const HOW = 'Write 10:30, 2026-01-05 10:30 or an ISO time.';

/** The event time, in the shown zone and in UTC beside it; a click, and another one can be written. */
export class TimeField {
  readonly node = element('span', 'millrace-ReplayBar-clock');
  private readonly button = element('button', 'millrace-ReplayBar-time');
  private readonly time = element('time');
  private readonly utc = element('span', 'millrace-ReplayBar-utc');
  private readonly input = element('input', 'millrace-ReplayBar-go');
  private timeUs: number | null = null;
  private zone = 'UTC';
  private canSeek = false;

  constructor(private readonly seek: (timeUs: number) => void) {
    this.button.type = 'button';
    this.button.append(this.time);
    this.button.addEventListener('click', () => this.edit());
    this.input.type = 'text';
    this.input.spellcheck = false;
    this.input.autocomplete = 'off';
    this.input.maxLength = 40;
    this.input.hidden = true;
    this.input.setAttribute('aria-label', 'Go to a time');
    this.input.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      // The button gets the focus, and would be clicked by the same key.
      event.preventDefault();
      if (event.key === 'Enter') this.go();
      else this.close(true);
    });
    this.input.addEventListener('blur', () => this.close(false));
    this.node.append(this.button, this.input, this.utc);
  }

  show(timeUs: number | null, zone: string, canSeek: boolean): void {
    const isKnown = timeUs !== null && Number.isFinite(timeUs);
    this.timeUs = isKnown ? timeUs : null;
    this.zone = zone;
    this.canSeek = canSeek;
    this.time.hidden = !isKnown;
    this.node.hidden = !isKnown;
    setText(this.time, isKnown ? zonedTime(timeUs, zone) : '');
    this.utc.hidden = !isKnown || zone === 'UTC';
    setText(this.utc, this.utc.hidden || timeUs === null ? '' : `${zonedTime(timeUs, 'UTC', timeUs)} UTC`);
    this.button.disabled = !canSeek;
    const title = `Event time in ${zone}${canSeek ? ': click to go to another' : ''}`;
    setAttribute(this.button, 'title', title);
    // Its text alone would not say what it does.
    setAttribute(
      this.button,
      'aria-label',
      isKnown ? `${zonedTime(timeUs, zone)} ${zone}${canSeek ? ', go to a time' : ''}` : null,
    );
  }

  private edit(): void {
    if (this.timeUs === null || !this.canSeek) return;
    this.button.hidden = true;
    this.input.hidden = false;
    this.input.value = zonedTime(this.timeUs, this.zone);
    this.say(null);
    this.input.focus();
    this.input.select();
  }

  private go(): void {
    const time = typedTime(this.input.value, this.zone, this.timeUs ?? 0);
    if (time === null) {
      this.say(HOW);
      return;
    }
    this.close(true);
    this.seek(time);
  }

  private say(problem: string | null): void {
    setAttribute(this.input, 'aria-invalid', problem === null ? null : 'true');
    setAttribute(this.input, 'title', problem ?? `${HOW} It is one of ${this.zone}.`);
  }

  private close(givesFocus: boolean): void {
    if (this.input.hidden) return;
    this.input.hidden = true;
    this.button.hidden = false;
    if (givesFocus) this.button.focus();
  }
}

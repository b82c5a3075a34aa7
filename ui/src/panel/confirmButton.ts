import { element, setText } from '../dom.js';

/** A button that does something; where something is lost by it, it says what and asks again, in its place. */
export class ConfirmButton {
  readonly node = element('span', 'millrace-Confirm');
  readonly button = element('button', 'millrace-Panel-button');
  readonly #question = element('span', 'millrace-Confirm-question');
  readonly #yes = element('button', 'millrace-Panel-button millrace-mod-bad');
  readonly #no = element('button', 'millrace-Panel-button', 'Cancel');
  readonly #asking = element('span', 'millrace-Confirm-asking', this.#question, this.#yes, this.#no);

  /** @param question what is lost, as a question; null: nothing is */
  constructor(
    label: string,
    private readonly question: () => string | null,
    private readonly act: () => void,
  ) {
    for (const each of [this.button, this.#yes, this.#no]) each.type = 'button';
    setText(this.button, label);
    setText(this.#yes, label);
    this.#asking.hidden = true;
    this.#asking.setAttribute('role', 'group');
    this.node.append(this.button, this.#asking);
    this.button.addEventListener('click', () => this.#press());
    this.#yes.addEventListener('click', () => {
      this.#close();
      this.act();
    });
    this.#no.addEventListener('click', () => this.#close());
    this.#asking.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.#close();
    });
  }

  #press(): void {
    const question = this.question();
    if (question === null) {
      this.act();
      return;
    }
    setText(this.#question, question);
    this.#asking.setAttribute('aria-label', question);
    this.#asking.hidden = false;
    this.button.hidden = true;
    this.#no.focus();
  }

  #close(): void {
    this.#asking.hidden = true;
    this.button.hidden = false;
    this.button.focus();
  }
}

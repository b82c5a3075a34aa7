import { element, setText } from '../dom.js';

/** A value of more characters gets the whole width, beneath its name. */
const LONG = 46;

/** A name with a value; null: there is nothing to say. */
export type Fact = readonly [name: string, value: string | null];

/** Names with values as a list of terms, written anew only where they differ. */
export class FactList {
  readonly node = element('dl', 'millrace-Facts');
  readonly #rows = new Map<string, { readonly term: HTMLElement; readonly value: HTMLElement }>();

  show(facts: readonly Fact[]): void {
    const told = facts.filter((fact): fact is readonly [string, string] => fact[1] !== null);
    const names = told.map(([name]) => name);
    if (names.join('\n') !== [...this.#rows.keys()].join('\n')) {
      this.#rows.clear();
      for (const name of names) this.#rows.set(name, { term: element('dt', '', name), value: element('dd') });
      this.node.replaceChildren(...[...this.#rows.values()].flatMap(({ term, value }) => [term, value]));
    }
    for (const [name, text] of told) {
      const { term, value } = this.#rows.get(name)!;
      setText(value, text);
      for (const node of [term, value]) node.classList.toggle('millrace-mod-long', text.length > LONG);
    }
  }
}

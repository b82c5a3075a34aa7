import { PROTOCOL_VERSION, type FoundOrigins, type ShownOrigin, type ViewOutput } from '@millrace/protocol';
import { element, setText } from '../dom.js';
import { NO_ROWS } from '../model/noRows.js';
import type { ViewSettings } from '../view/viewSettings.js';
import type { AskedRow } from './askedRow.js';
import type { Answer, OriginsClient } from './originsClient.js';
import { exactText, factsOfRow, headingOf, missingText } from './wording.js';

/** A view of rows that made a row. */
export interface OriginView {
  readonly node: HTMLElement;
  setSettings(settings: ViewSettings): void;
  dispose(): void;
}

/** Opens a view of rows, whose own rows can be asked about. */
export type OpenRows = (
  output: ViewOutput,
  label: string,
  asks: (asked: AskedRow, client: OriginsClient) => void,
) => OriginView;

/** What is told of one row: the step that made it, its window, and the rows that it was made of. */
export class OriginsLevel {
  readonly node = element('div', 'millrace-Origins-level');
  private readonly trouble = element('p', 'millrace-Origins-trouble');
  private readonly body = element('div', 'millrace-Origins-body');
  private views: OriginView[] = [];

  constructor(
    readonly asked: AskedRow,
    private readonly client: OriginsClient,
    private readonly open: OpenRows,
    private readonly further: (asked: AskedRow, client: OriginsClient) => void,
    private readonly told: (text: string) => void,
  ) {
    const { note } = asked;
    if (note !== null) this.node.append(element('p', 'millrace-Origins-note', note));
    this.trouble.setAttribute('role', 'alert');
    this.trouble.hidden = true;
    this.body.append(element('p', 'millrace-Origins-note', 'Looking for the rows …'));
    this.node.append(this.trouble, this.body);
    client.ask(asked, answer => this.answered(answer));
  }

  setSettings(settings: ViewSettings): void {
    for (const view of this.views) view.setSettings(settings);
  }

  complain(text: string): void {
    setText(this.trouble, text);
    this.trouble.hidden = false;
  }

  dispose(): void {
    this.client.close();
    this.end();
    this.node.remove();
  }

  private answered(answer: Answer): void {
    if (answer.kind === 'found') {
      this.show(answer.found);
      return;
    }
    // What was shown before stays, with why it goes on no more.
    if (answer.kind === 'failed') this.body.replaceChildren();
    this.complain(answer.text);
  }

  private show(found: FoundOrigins): void {
    this.end();
    this.body.replaceChildren();
    if (found.step !== '') this.body.append(element('p', 'millrace-Origins-step', found.step));
    const facts = factsOfRow(found);
    if (facts.length > 0) {
      const list = element('dl', 'millrace-Origins-facts');
      for (const [name, text] of facts) list.append(element('dt', '', name), element('dd', '', text));
      this.body.append(list);
    }
    const headings = found.origins.map((origin, at) => {
      const heading = headingOf(found, at);
      this.body.append(this.rowsOf(origin, heading));
      return heading;
    });
    const missing = missingText(found);
    if (missing !== null) this.body.append(element('p', 'millrace-Origins-note', missing));
    this.told([...headings, missing].filter(text => text !== null).join(', '));
  }

  private rowsOf(origin: ShownOrigin, heading: string): HTMLElement {
    const { viewId, columns, key, role } = origin;
    const output: ViewOutput = {
      v: PROTOCOL_VERSION,
      viewId,
      view: { kind: 'grid', title: null },
      columns,
      key,
      snapshot: { arrow: '', status: NO_ROWS },
    };
    const view = this.open(output, heading, this.further);
    this.views.push(view);
    const title = element('div', 'millrace-Origins-heading', heading);
    title.setAttribute('role', 'heading');
    title.setAttribute('aria-level', '4');
    const exact = exactText(origin);
    if (exact !== null) title.append(element('span', 'millrace-Origins-exact', exact));
    const group = element('div', 'millrace-Origins-rows', title, view.node);
    group.dataset.role = role;
    return group;
  }

  private end(): void {
    for (const view of this.views.splice(0)) view.dispose();
  }
}

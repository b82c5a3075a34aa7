import {
  inputText,
  proseMarkdown,
  PROTOCOL_VERSION,
  type ProseOutput,
  type ProsePart,
} from '@millrace/protocol';
import { element, setAttribute, setText } from '../dom.js';
import type { InputChannel, ViewChannel } from '../model/channel.js';
import type { Screen } from '../view/screen.js';
import { LiveScalar } from './liveScalar.js';

/** What a text with live values needs of whoever embeds it. */
export interface ProseOptions {
  readonly output: ProseOutput;
  readonly screen: Pick<Screen, 'nextFrame'>;
  /** Shows Markdown, made harmless, in an element. */
  readonly render: (markdown: string, node: HTMLElement) => Promise<void>;
  readonly viewChannel: () => ViewChannel;
  readonly inputChannel: () => InputChannel;
}

type ValuePart = Exclude<ProsePart, { kind: 'markdown' }>;

/**
 * Markdown with values. The author's text is rendered once, with a word in the place of each value; the values are put into the page as text, and only they
 * change afterwards. So nothing in a value is ever read as Markdown, HTML or a formula.
 */
export class ProseView {
  readonly node = element('div', 'millrace-Prose');
  private readonly texts: string[];
  private readonly places: HTMLElement[][];
  private readonly ends: (() => void)[] = [];
  private disposed = false;

  private constructor(private readonly options: ProseOptions) {
    this.texts = options.output.parts.map(part => part.text);
    this.places = options.output.parts.map(() => []);
  }

  static async open(options: ProseOptions): Promise<ProseView> {
    if (options.output.v !== PROTOCOL_VERSION)
      throw new Error('This text was made by another version of Millrace: run its cell again.');
    const view = new ProseView(options);
    await view.render();
    view.follow();
    return view;
  }

  /** The output with the values of now. */
  saved(): ProseOutput {
    const parts = this.options.output.parts.map((part, at) => ({ ...part, text: this.texts[at] }));
    return { ...this.options.output, parts };
  }

  dispose(): void {
    this.disposed = true;
    for (const end of this.ends) end();
    this.node.remove();
  }

  private async render(): Promise<void> {
    const { markdown, words } = proseMarkdown(this.options.output.parts);
    await this.options.render(markdown, this.node);
    this.place(words);
  }

  /** Puts an element into the place of each word. */
  private place(words: RegExp): void {
    const walker = document.createTreeWalker(this.node, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    const found: Text[] = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (node instanceof Text) {
        if (node.data.search(words) >= 0) found.push(node);
      } else if (node instanceof Element) this.clean(node, words);
    }
    for (const text of found) {
      const pieces = text.data.split(words);
      const nodes = pieces.map((piece, k) => (k % 2 === 0 ? piece : this.valueNode(Number(piece))));
      text.replaceWith(...nodes);
    }
  }

  /** A word in an attribute (what a picture is called, a heading's anchor) is the value as it is, or nothing. */
  private clean(node: Element, words: RegExp): void {
    for (const { name, value } of [...node.attributes]) {
      if (value.search(words) < 0) continue;
      if (name === 'alt' || name === 'title')
        node.setAttribute(
          name,
          value.replace(words, (_, at: string) => this.texts[Number(at)] ?? ''),
        );
      else node.setAttribute(name, value.replace(words, ''));
    }
  }

  private valueNode(at: number): HTMLElement {
    // What typesets formulas passes over these classes.
    const node = element('span', 'millrace-Prose-value tex2jax_ignore mathjax_ignore', this.texts[at] ?? '');
    this.places[at]?.push(node);
    return node;
  }

  private follow(): void {
    for (const [at, part] of this.options.output.parts.entries()) {
      if (part.kind === 'view' || part.kind === 'input') this.followPart(part, at);
    }
  }

  private followPart(part: Extract<ValuePart, { kind: 'view' | 'input' }>, at: number): void {
    if (part.kind === 'view') {
      const tell = (text: string, problem: string | null): void => this.tell(at, text, problem);
      const scalar = new LiveScalar(part, this.options.viewChannel(), this.options.screen, tell);
      this.ends.push(() => scalar.dispose());
      return;
    }
    const channel = this.options.inputChannel();
    this.ends.push(() => channel.close());
    channel.onMessage(message => {
      if (message.type === 'state') this.tell(at, inputText(message.spec, message.value), null);
    });
    channel.onState(state => {
      if (state.kind === 'ready') channel.open({ v: PROTOCOL_VERSION, name: part.name });
    });
  }

  private tell(at: number, text: string, problem: string | null): void {
    if (this.disposed) return;
    this.texts[at] = text;
    for (const node of this.places[at]) {
      setText(node, text);
      setAttribute(node, 'title', problem);
      setAttribute(node, 'data-millrace-problem', problem);
    }
  }
}

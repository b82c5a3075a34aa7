import type { PanelPlan, PanelPlanNode } from '@millrace/protocol';
import { element, setAttribute, setText } from '../dom.js';
import { whole, timeText } from '../format.js';
import { FactList, type Fact } from './factList.js';
import { bytesText, counted, shareText } from './figures.js';
import { layOut } from './planLayout.js';

/** Sizes in pixels. */
const WIDTH = 196;
const HEIGHT = 58;
const GAP_X = 12;
const GAP_Y = 24;
const SVG = 'http://www.w3.org/2000/svg';

const WORDS: Readonly<Record<string, string>> = {
  windowedAggregate: 'windows',
  sessionAggregate: 'sessions',
  barAggregate: 'bars',
  groupBy: 'groups',
  unionAll: 'union',
  project: 'columns',
};

interface Drawn {
  readonly node: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly name: HTMLElement;
  readonly rows: HTMLElement;
  readonly cost: HTMLElement;
  readonly bar: HTMLElement;
  readonly reads: HTMLElement;
}

/**
 * A query's plan, drawn in layers: rows go down from its sources to its table, and each operator says what it takes. A list to screen readers;
 * a button for each place, which tells more of it.
 */
export class PlanGraph {
  readonly node = element('figure', 'millrace-Plan');
  readonly #list = element('ol', 'millrace-Plan-nodes');
  readonly #lines = document.createElementNS(SVG, 'svg');
  readonly #area = element('div', 'millrace-Plan-area', this.#list);
  readonly #more = element('div', 'millrace-Plan-more');
  readonly #facts = new FactList();
  readonly #left = element('figcaption', 'millrace-Plan-left');
  #drawn: readonly Drawn[] = [];
  #shape = '';
  #chosen: number | null = null;
  #plan: PanelPlan | null = null;
  #zone: string | null = null;

  constructor() {
    this.#lines.classList.add('millrace-Plan-lines');
    this.#lines.setAttribute('aria-hidden', 'true');
    this.#area.prepend(this.#lines);
    this.#more.hidden = true;
    this.#more.append(this.#facts.node);
    const scroller = element('div', 'millrace-Plan-scroller', this.#area);
    this.node.append(scroller, this.#more, this.#left);
  }

  /** @param name what the plan is of */
  show(plan: PanelPlan, name: string, zone: string | null): void {
    this.#plan = plan;
    this.#zone = zone;
    setAttribute(this.node, 'aria-label', `Plan of ${name}`);
    const shape = JSON.stringify(plan.nodes.map(({ id, kind, op, inputs }) => [id, kind, op, inputs]));
    if (shape !== this.#shape) this.#lay(plan, shape);
    plan.nodes.forEach((each, at) => this.#write(this.#drawn[at], each));
    const { left } = plan;
    setText(this.#left, left === 0 ? '' : `${counted(left, 'more place')} of the plan cannot be drawn here.`);
    this.#left.hidden = left === 0;
    this.#tell();
  }

  #lay({ nodes }: PanelPlan, shape: string): void {
    this.#shape = shape;
    this.#chosen = null;
    const { places, layers, columns } = layOut(nodes);
    const width = columns * (WIDTH + GAP_X) - GAP_X;
    const height = layers * (HEIGHT + GAP_Y) - GAP_Y;
    const widths = new Map<number, number>();
    for (const { layer, column } of places) widths.set(layer, Math.max(widths.get(layer) ?? 0, column + 1));
    const leftOf = ({ layer, column }: (typeof places)[number]): number =>
      (width - (widths.get(layer)! * (WIDTH + GAP_X) - GAP_X)) / 2 + column * (WIDTH + GAP_X);
    const topOf = ({ layer }: (typeof places)[number]): number => layer * (HEIGHT + GAP_Y);
    this.#area.style.width = `${width}px`;
    this.#area.style.height = `${height}px`;
    this.#lines.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#lines.setAttribute('width', String(width));
    this.#lines.setAttribute('height', String(height));
    const placeOf = new Map(nodes.map(({ id }, at) => [id, places[at]]));
    this.#lines.replaceChildren(
      ...nodes.flatMap(({ inputs }, at) =>
        inputs.flatMap(input => {
          const from = placeOf.get(input);
          if (from === undefined) return [];
          const [x1, y1] = [leftOf(from) + WIDTH / 2, topOf(from) + HEIGHT];
          const [x2, y2] = [leftOf(places[at]) + WIDTH / 2, topOf(places[at])];
          return line(x1, y1, x2, y2);
        }),
      ),
    );
    this.#drawn = nodes.map((each, at) => this.#draw(each, leftOf(places[at]), topOf(places[at])));
    this.#list.replaceChildren(...this.#drawn.map(({ node }) => node));
  }

  #draw({ id, kind }: PanelPlanNode, left: number, top: number): Drawn {
    const name = element('span', 'millrace-Plan-name');
    const rows = element('span', 'millrace-Plan-rows');
    const cost = element('span', 'millrace-Plan-cost');
    const bar = element('span', 'millrace-Plan-bar');
    // For who cannot see the lines. Its name is what it says, so that it can be called by that.
    const reads = element('span', 'millrace-Plan-reads');
    const button = element('button', 'millrace-Plan-node', name, rows, cost, bar, reads);
    button.type = 'button';
    button.dataset.kind = kind;
    button.style.width = `${WIDTH}px`;
    button.style.height = `${HEIGHT}px`;
    button.addEventListener('click', () => {
      this.#chosen = this.#chosen === id ? null : id;
      this.#tell();
    });
    const node = element('li', '', button);
    node.style.left = `${left}px`;
    node.style.top = `${top}px`;
    return { node, button, name, rows, cost, bar, reads };
  }

  #write({ button, name, rows, cost, bar, reads }: Drawn, node: PanelPlanNode): void {
    const { kind, op, text, rowsIn, rowsOut, share, stateBytes } = node;
    setText(name, kind === 'source' ? text : (WORDS[op] ?? op));
    setText(
      rows,
      kind === 'operator' ? `${whole(rowsIn)} → ${counted(rowsOut, 'row')}` : counted(rowsOut, 'row'),
    );
    const parts = [
      ...(share === null ? [] : [`${shareText(share)} of the time`]),
      ...(stateBytes > 0 ? [bytesText(stateBytes)] : []),
      ...(node.late > 0 ? [`${whole(node.late)} late`] : []),
    ];
    setText(cost, parts.join(' · '));
    bar.style.setProperty('--millrace-share', `${Math.round((share ?? 0) * 100)}%`);
    bar.hidden = share === null;
    setAttribute(button, 'title', text);
    setText(reads, this.#readsText(node));
  }

  #readsText({ inputs }: PanelPlanNode): string {
    const names = inputs.map(id => {
      const input = this.#plan?.nodes.find(each => each.id === id);
      return input === undefined
        ? 'what is not drawn'
        : input.kind === 'source'
          ? input.text
          : (WORDS[input.op] ?? input.op);
    });
    return names.length === 0 ? '' : `reads ${names.join(' and ')}`;
  }

  /** Tells more of the place that was chosen. */
  #tell(): void {
    const chosen = this.#plan?.nodes.find(({ id }) => id === this.#chosen) ?? null;
    this.#drawn.forEach(({ button }, at) => {
      setAttribute(button, 'aria-pressed', String(this.#plan?.nodes[at].id === chosen?.id));
    });
    this.#more.hidden = chosen === null;
    if (chosen !== null) this.#facts.show(this.#factsOf(chosen));
  }

  #factsOf(node: PanelPlanNode): Fact[] {
    const { ms, share, stateRows, stateBytes, late, watermarkUs, heldBy, windows } = node;
    return [
      ['What', node.text],
      ['Rows in', node.kind === 'operator' ? whole(node.rowsIn) : null],
      ['Rows out', whole(node.rowsOut)],
      [
        'Time',
        ms === null
          ? null
          : `${whole(Math.round(ms))} ms${share === null ? '' : `, ${shareText(share)} of the query's`}`,
      ],
      [
        'Holds',
        stateRows + stateBytes === 0 ? null : `${counted(stateRows, 'row')}, ${bytesText(stateBytes)}`,
      ],
      ['Late', late === 0 ? null : counted(late, 'row')],
      ['Watermark', watermarkUs === null ? null : timeText(watermarkUs, this.#zone)],
      ['Waits for', heldBy],
      ['Windows', windows],
    ];
  }
}

function line(x1: number, y1: number, x2: number, y2: number): SVGElement {
  const path = document.createElementNS(SVG, 'path');
  const middle = (y1 + y2) / 2;
  path.setAttribute('d', `M${x1},${y1} C${x1},${middle} ${x2},${middle} ${x2},${y2 - 4}`);
  const head = document.createElementNS(SVG, 'path');
  head.setAttribute('d', `M${x2 - 4},${y2 - 6} L${x2},${y2} L${x2 + 4},${y2 - 6} Z`);
  head.classList.add('millrace-Plan-head');
  const group = document.createElementNS(SVG, 'g');
  group.append(path, head);
  return group;
}

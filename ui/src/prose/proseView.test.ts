// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import type { InputMessage, InputOpen, InputRequest, InputSpec, ProsePart } from '@millrace/protocol';
import { COLUMNS, FakeChannel, FakeEnd, FakeScreen, snapshot, STATUS } from '../testing.js';
import { ProseView } from './proseView.js';

const [, , PRICE] = COLUMNS;
const SPEC: InputSpec = { kind: 'toggle', label: null, value: false };
const view = (text: string): ProsePart => ({
  kind: 'view',
  viewId: 'v',
  column: PRICE,
  empty: 'nothing',
  text,
});
const markdown = (text: string): ProsePart => ({ kind: 'markdown', text });

/** Shows Markdown as its text, but for bold words, links' titles and pictures' names. */
function render(text: string, node: HTMLElement): Promise<void> {
  const bold = text
    .replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>')
    .replace(/!\[(.*?)\]\((.*?)\)/g, '<img alt="$1" src="$2">');
  node.innerHTML = `<p>${bold}</p>`;
  return Promise.resolve();
}

async function setUp(parts: readonly ProsePart[], v = 1) {
  const [views, inputs] = [[] as FakeChannel[], [] as FakeEnd<InputOpen, InputRequest, InputMessage>[]];
  const screen = new FakeScreen();
  const prose = await ProseView.open({
    output: { v, parts },
    screen,
    render,
    viewChannel: () => views[views.push(new FakeChannel()) - 1],
    inputChannel: () => inputs[inputs.push(new FakeEnd()) - 1],
  });
  return { prose, screen, views, inputs, text: () => prose.node.textContent ?? '' };
}

const only = (value: number | null) => snapshot(1, [{ id: 0, state: 1, values: [value] }], 1, 0, [PRICE]);

describe('ProseView', () => {
  it('shows the author’s Markdown with the saved values in it', async () => {
    const { text, prose } = await setUp([
      markdown('now **'),
      view('7'),
      markdown('** of '),
      { kind: 'text', text: '10' },
    ]);
    expect(text()).toBe('now 7 of 10');
    expect(prose.node.querySelector('strong')?.textContent).toBe('7');
  });

  it('follows the last value of a view, and asks for the next one when it is drawn', async () => {
    const { text, views, screen, prose } = await setUp([markdown('price '), view('7')]);
    expect(views[0].opened).toMatchObject([{ v: 1, viewId: 'v', range: { from: 0, limit: 1, tail: true } }]);
    views[0].receive(only(12.5));
    expect(text()).toBe('price 7');
    await screen.paint();
    expect(text()).toBe('price 12.5');
    expect(views[0].take()).toMatchObject([{ type: 'ack', seq: 1, credit: 1 }]);
    expect(prose.saved().parts[1]).toMatchObject({ text: '12.5' });
  });

  it('says what a table without rows is, NULL, and what has gone wrong', async () => {
    const { text, views, screen, prose } = await setUp([markdown('price '), view('7')]);
    views[0].receive(only(null));
    await screen.paint();
    expect(text()).toBe('price NULL');
    views[0].receive(snapshot(2, [], 0, 0, [PRICE]));
    await screen.paint();
    expect(text()).toMatch(/^price (nothing|…)$/);
    views[0].say({ type: 'status', status: { ...STATUS, state: 'failed', error: 'It has <failed>.' } });
    expect(prose.node.querySelector('[data-millrace-problem]')?.getAttribute('title')).toBe(
      'It has <failed>.',
    );
  });

  it('follows an input', async () => {
    const part: ProsePart = { kind: 'input', name: 'on', spec: SPEC, text: 'off' };
    const { text, inputs } = await setUp([markdown('it is '), part]);
    expect(inputs[0].opened).toEqual([{ v: 1, name: 'on' }]);
    inputs[0].say({ type: 'state', spec: SPEC, value: true, computing: false });
    expect(text()).not.toBe('it is off');
    expect(text()).toMatch(/^it is /);
  });

  it('never reads a value as Markdown or HTML, nor lets formulas be set in it', async () => {
    const hostile = '**b** <img src=x onerror=alert(1)> $x$';
    const { prose, text } = await setUp([markdown('a '), { kind: 'text', text: hostile }]);
    expect(text()).toBe(`a ${hostile}`);
    expect(prose.node.querySelectorAll('strong, img')).toHaveLength(0);
    expect(prose.node.querySelector('span')?.className).toContain('mathjax_ignore');
  });

  it('keeps the word that stands for a value out of what the author writes', async () => {
    const { text } = await setUp([markdown('millracevalue0z and '), { kind: 'text', text: 'x' }]);
    expect(text()).toBe('millracevalue0z and x');
  });

  it('has a value in a picture’s name as it is, and in its address not at all', async () => {
    const { prose } = await setUp([
      markdown('!['),
      { kind: 'text', text: '"><b>' },
      markdown('](https://x.test/'),
      { kind: 'text', text: 'javascript:' },
      markdown('.png)'),
    ]);
    const picture = prose.node.querySelector('img');
    expect(picture?.alt).toBe('"><b>');
    expect(picture?.getAttribute('src')).toBe('https://x.test/.png');
  });

  it('closes its channels, and changes nothing afterwards', async () => {
    const part: ProsePart = { kind: 'input', name: 'on', spec: SPEC, text: 'off' };
    const { prose, views, inputs, screen, text } = await setUp([view('7'), markdown(' '), part]);
    views[0].receive(only(1));
    prose.dispose();
    await screen.paint();
    inputs[0].say({ type: 'state', spec: SPEC, value: true, computing: false });
    expect(text()).toBe('7 off');
    expect([...views, ...inputs].every(channel => channel.isClosed)).toBe(true);
  });

  it('is an error where another version has made it', async () => {
    await expect(setUp([markdown('a')], 2)).rejects.toThrow('another version');
  });
});

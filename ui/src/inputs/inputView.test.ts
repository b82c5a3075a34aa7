// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InputMessage, InputOpen, InputRequest, InputSpec, InputValue } from '@millrace/protocol';
import { FakeEnd, FakeScreen } from '../testing.js';
import { InputView } from './inputView.js';

const RANGE: InputSpec = {
  kind: 'range',
  label: 'Limit',
  min: 0,
  max: 10,
  step: 0.5,
  whole: false,
  value: 2,
};

function setUp(spec: InputSpec = RANGE, value: InputValue = spec.value) {
  const channel = new FakeEnd<InputOpen, InputRequest, InputMessage>();
  const screen = new FakeScreen();
  screen.time = 10_000;
  const view = new InputView({ v: 1, name: 'limit', spec, value }, channel, screen);
  const control = (): HTMLInputElement =>
    view.node.querySelector('.millrace-Input-control') as HTMLInputElement;
  const text = (name: string): HTMLElement =>
    view.node.querySelector(`.millrace-Input-${name}`) as HTMLElement;
  const move = (to: string, event: 'input' | 'change' = 'input'): void => {
    control().value = to;
    control().dispatchEvent(new Event(event));
  };
  const state = (told: InputValue, now: InputSpec = spec): void =>
    channel.say({ type: 'state', spec: now, value: told, computing: false });
  return { channel, screen, view, control, text, move, state };
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());
const frame = async (screen: FakeScreen): Promise<void> => {
  const painted = screen.paint();
  await vi.advanceTimersByTimeAsync(0);
  await painted;
};

describe('InputView', () => {
  it('is a labelled native control which opens its channel, and says the value beside it', () => {
    const { channel, view, control, text } = setUp();
    expect(channel.opened).toEqual([{ v: 1, name: 'limit' }]);
    expect(control()).toMatchObject({
      type: 'range',
      min: '0',
      max: '10',
      step: '0.5',
      value: '2',
      disabled: false,
    });
    expect(text('label').textContent).toBe('Limit');
    expect((text('label') as HTMLLabelElement).htmlFor).toBe(control().id);
    expect(text('value').textContent).toBe('2');
    expect(control().getAttribute('aria-valuetext')).toBe('2');
    expect(view.node.dataset.millraceState).toBe('live');
  });

  it('is called by its name where it has no label, and neither is read as markup', () => {
    const label = '<img src=x onerror=alert(1)>';
    expect(setUp({ ...RANGE, label: null }).text('label').textContent).toBe('limit');
    const { view, text } = setUp({ ...RANGE, label });
    expect(text('label').textContent).toBe(label);
    expect(view.node.querySelector('img')).toBeNull();
  });

  it('sends what it stands at once a frame, the last of several movements', async () => {
    const { channel, screen, move, text } = setUp();
    for (const to of ['3', '4.5', '6']) move(to);
    expect(channel.take()).toEqual([]);
    expect(text('value').textContent).toBe('6');
    await frame(screen);
    expect(channel.take()).toEqual([{ type: 'set', value: 6 }]);
    move('7');
    await frame(screen);
    expect(channel.take()).toEqual([{ type: 'set', value: 7 }]);
  });

  it('does not jump back under the hand that moves it, and follows the kernel when that rests', async () => {
    const { screen, control, move, state } = setUp();
    move('6');
    screen.time += 100;
    state(4);
    expect(control().value).toBe('6');
    await vi.advanceTimersByTimeAsync(400);
    expect(control().value).toBe('4');
    // Moved again meanwhile: what was told before is old.
    move('8');
    state(5);
    screen.time += 50;
    move('9');
    await vi.advanceTimersByTimeAsync(1000);
    expect(control().value).toBe('9');
  });

  it('shows at once what another control of the input has chosen', () => {
    const { control, text, state } = setUp();
    state(9.5);
    expect(control().value).toBe('9.5');
    expect(text('value').textContent).toBe('9.5');
  });

  it('says what the kernel refuses, as text, and nothing more when it takes the next', async () => {
    const { channel, screen, control, text, move } = setUp();
    channel.say({ type: 'error', message: 'It takes <b>less</b>.' });
    expect(text('note').textContent).toBe('It takes <b>less</b>.');
    expect(text('note').hidden).toBe(false);
    expect(control().getAttribute('aria-invalid')).toBe('true');
    move('3');
    await frame(screen);
    expect(text('note').hidden).toBe(true);
    expect(control().hasAttribute('aria-invalid')).toBe(false);
  });

  it('does not send what is no value of it', async () => {
    const spec: InputSpec = { kind: 'date', label: null, min: null, max: 1_000_000_000, value: 0 };
    const { channel, screen, text, move } = setUp(spec);
    move('', 'change');
    await frame(screen);
    expect(text('note').textContent).toBe('Not a value.');
    move('1980-01-01T00:00', 'change');
    await frame(screen);
    expect(text('note').textContent).toMatch(/^It takes times/);
    expect(channel.take()).toEqual([]);
    move('1970-01-01T00:00:05', 'change');
    await frame(screen);
    expect(channel.take()).toEqual([{ type: 'set', value: 5_000_000 }]);
  });

  it('is another control when it is made anew with other values', () => {
    const { control, state, text } = setUp();
    const before = control();
    const choices = [
      { label: 'few', value: 1 },
      { label: 'many', value: 100 },
    ];
    state(100, { kind: 'select', label: 'Rows', choices, value: 1 });
    expect(control()).not.toBe(before);
    expect((control() as unknown as HTMLSelectElement).selectedIndex).toBe(1);
    expect(text('label').textContent).toBe('Rows');
    expect(text('value').hidden).toBe(true);
  });

  it('cannot be moved without a kernel, and says why', () => {
    const { channel, control, view } = setUp();
    channel.say({ type: 'bye', reason: 'The engine has ended.' });
    expect(control().disabled).toBe(true);
    expect(view.node.title).toBe('The engine has ended.');
    channel.become('ready', null);
    expect(control().disabled).toBe(false);
    expect(view.node.title).toBe('');
    channel.become('closed', 'No kernel.');
    expect(control().disabled).toBe(true);
    expect(view.node.dataset.millraceState).toBe('saved');
  });

  it('keeps its keys from the notebook, but for those with a modifier', () => {
    const { view, control } = setUp();
    const heard: string[] = [];
    const notebook = document.createElement('div');
    notebook.addEventListener('keydown', event => heard.push(event.key));
    notebook.append(view.node);
    control().dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }));
    control().dispatchEvent(new KeyboardEvent('keydown', { key: 's', ctrlKey: true, bubbles: true }));
    expect(heard).toEqual(['s']);
  });

  it('saves what it holds, and is silent once it is disposed of', async () => {
    const { channel, screen, view, move, state } = setUp();
    state(5);
    expect(view.saved()).toEqual({ v: 1, name: 'limit', spec: RANGE, value: 5 });
    move('6');
    view.dispose();
    await frame(screen);
    expect(channel.isClosed).toBe(true);
    expect(channel.take()).toEqual([]);
    state(7);
    expect(view.saved().value).toBe(6);
  });
});

// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PanelClient } from './panelClient.js';
import { summaryText } from './summaryText.js';
import { button, FakeKernel, gone, planNode, QUERY, setUp, SOURCE, stateOf } from './testing.js';

beforeEach(() => {
  vi.useFakeTimers();
  gone.length = 0;
});
afterEach(() => vi.useRealTimers());

describe('what is asked for', () => {
  it('is one look after the other, twice a second at most, each when the last was answered', () => {
    const { kernel, say } = setUp();
    vi.advanceTimersByTime(1);
    expect(kernel.opened).toBe(1);
    expect(kernel.looks()).toEqual([{ type: 'look', detail: 'all', plans: [] }]);
    vi.advanceTimersByTime(3000);
    expect(kernel.looks()).toHaveLength(1);
    say();
    vi.advanceTimersByTime(499);
    expect(kernel.looks()).toHaveLength(1);
    vi.advanceTimersByTime(2);
    expect(kernel.looks()).toHaveLength(2);
  });

  it('is asked for again where no answer comes: the engine may be another one', () => {
    const { kernel } = setUp();
    vi.advanceTimersByTime(5100);
    expect(kernel.looks()).toHaveLength(2);
  });

  it('is nothing while nobody looks, and one line for a status bar', () => {
    const { kernel, client, say } = setUp();
    vi.advanceTimersByTime(1);
    client.look('nothing');
    say();
    vi.advanceTimersByTime(20_000);
    expect(kernel.looks()).toHaveLength(1);
    client.look('summary');
    vi.advanceTimersByTime(1);
    expect(kernel.looks().at(-1)).toMatchObject({ detail: 'summary' });
    kernel.say({ type: 'summary', summary: stateOf().summary });
    vi.advanceTimersByTime(990);
    expect(kernel.looks()).toHaveLength(2);
    vi.advanceTimersByTime(20);
    expect(kernel.looks()).toHaveLength(3);
  });
});

describe('what is shown', () => {
  it('is a real table for each list, named by its heading, with the figures', () => {
    const { say, table } = setUp();
    say();
    const sources = table('Sources')!;
    const shown = sources.querySelector('table')!;
    expect(document.getElementById(shown.getAttribute('aria-labelledby') ?? '')?.textContent).toBe(
      'Sources1',
    );
    expect([...shown.querySelectorAll('thead th')].map(({ textContent }) => textContent)).toEqual([
      'Name',
      'Rows',
      'Rows/s',
      'Lag',
      'Late',
      'Rejected',
      'Memory',
    ]);
    const [row] = shown.tBodies[0].rows;
    expect(row.querySelector('th[scope=row]')).not.toBeNull();
    expect([...row.cells].map(({ textContent }) => textContent)).toEqual([
      'tradesrunning3 late · 2 rejected',
      '1,204',
      '60',
      '2 s',
      '3',
      '2',
      '0 bytes',
    ]);
    expect(table('Views')?.hidden).toBe(true);
  });

  it('is patched in place: the focus and what is unfolded stay while figures change', () => {
    const { say, unfold, table } = setUp();
    say();
    const details = unfold('trades');
    const fold = table('Sources')!.querySelector<HTMLElement>('.millrace-Panel-fold')!;
    fold.focus();
    say({
      sources: [
        { ...SOURCE, id: 's0', name: 'quotes' },
        { ...SOURCE, rows: 2000 },
      ],
    });
    expect(document.activeElement).toBe(fold);
    expect(details.hidden).toBe(false);
    expect(details.isConnected).toBe(true);
    expect(details.textContent).toContain('2,000');
    const names = [...table('Sources')!.querySelectorAll('.millrace-Panel-name')].map(
      ({ textContent }) => textContent,
    );
    expect(names).toEqual(['quotes', 'trades']);
  });

  it('never reads names and errors as HTML', () => {
    const { say, panel, unfold } = setUp();
    const name = '<img src=x onerror=alert(1)>';
    say({
      sources: [{ ...SOURCE, name, error: name, trouble: name }],
      queries: [{ ...QUERY, name, waitsFor: name, error: name }],
      plans: [
        { query: 'q1', left: 0, nodes: [planNode(0, [], { text: name }), planNode(1, [0], { text: name })] },
      ],
    });
    unfold(name);
    expect(panel.node.querySelector('img')).toBeNull();
    expect(panel.node.textContent).toContain(name);
  });

  it('says in plain words when there is nothing, and why', () => {
    const { kernel, panel, say } = setUp();
    const empty = (): string =>
      panel.node.querySelector('.millrace-Panel-empty:not([hidden])')?.textContent ?? '';
    expect(empty()).toContain('Asking');
    say({ sources: [], queries: [] });
    expect(empty()).toContain('Nothing runs in this notebook');
    kernel.become('unavailable', 'The notebook is not trusted.');
    expect(empty()).toBe('The notebook is not trusted.');
    expect(panel.node.querySelectorAll('.millrace-Panel-row')).toHaveLength(0);
    kernel.become('closed', 'The kernel was restarted: run the cell again.');
    expect(empty()).toContain('restarted');
    panel.setSubject(null);
    expect(empty()).toContain('Open a notebook');
    kernel.become('ready', null);
    expect(kernel.opened).toBe(2);
  });

  it('follows another notebook: nothing of the first is left', () => {
    const { say, panel } = setUp();
    say();
    const other = new FakeKernel();
    const client = new PanelClient(other);
    panel.setSubject({ client, title: 'b.ipynb', cells: { label: () => null, go: () => undefined } });
    expect(panel.node.querySelectorAll('.millrace-Panel-row')).toHaveLength(0);
    say();
    expect(panel.node.querySelectorAll('.millrace-Panel-row')).toHaveLength(0);
    expect(panel.node.querySelector('h2')?.textContent).toBe('b.ipynb');
  });

  it('leads to the cell of an error, and says where it is gone', () => {
    const { say, unfold } = setUp({ c2: 'cell [2]' });
    say({ queries: [{ ...QUERY, state: 'failed', error: 'MR1234 too great.' }] });
    const query = unfold('bars');
    expect(query.querySelector('[role=alert]')?.textContent).toBe('MR1234 too great.');
    button(query, 'Go to cell [2]').click();
    expect(gone).toEqual(['c2']);
    expect(unfold('trades').textContent).toContain('Its cell is gone.');
  });

  it('shows the rows that could not be read, when they are asked for', () => {
    const { say, unfold, kernel } = setUp();
    say();
    const source = unfold('trades');
    button(source, 'Show the 2 rows that could not be read').click();
    expect(kernel.sent.at(-1)).toEqual({ type: 'rejects', source: 's1' });
    const rows = [{ position: 51, reason: "'many' is no number", text: 'x,<b>many</b>' }];
    kernel.say({ type: 'rejects', source: 's1', count: 2, rows });
    const cells = [...source.querySelectorAll('.millrace-Rejects-table tbody td')].map(
      ({ textContent }) => textContent,
    );
    expect(cells).toEqual(['51', "'many' is no number", 'x,<b>many</b>']);
    expect(source.querySelector('.millrace-Rejects-note')?.textContent).toContain('first 1 of 2');
  });
});

describe('what can be done', () => {
  it('is asked for again where rows are lost by it, in its place', () => {
    const { say, unfold, kernel } = setUp();
    say({ sources: [{ ...SOURCE, live: true }] });
    const source = unfold('trades');
    button(source, 'Stop').click();
    expect(kernel.sent.some(({ type }) => type === 'stop')).toBe(false);
    expect(document.activeElement?.textContent).toBe('Cancel');
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(document.activeElement?.textContent).toBe('Stop');
    button(source, 'Stop').click();
    button(source, 'Stop').click();
    expect(kernel.sent.at(-1)).toEqual({ type: 'stop', what: 'source', id: 's1' });
  });

  it('is done at once where a replay can be read again', () => {
    const { say, unfold, kernel, panel } = setUp();
    say();
    button(unfold('bars'), 'Stop').click();
    expect(kernel.sent.at(-1)).toEqual({ type: 'stop', what: 'query', id: 'q1' });
    kernel.say({ type: 'done', text: 'The query has been stopped.' });
    expect(panel.node.querySelector('[role=status]')?.textContent).toBe('The query has been stopped.');
    kernel.say({ type: 'refused', reason: 'MR8402 gone.' });
    expect(panel.node.querySelector('[role=status]')?.getAttribute('data-severity')).toBe('error');
  });

  it('is reached by keys: arrows go from name to name and unfold', () => {
    const { say, panel } = setUp();
    say();
    const [first, second] = panel.node.querySelectorAll<HTMLElement>('.millrace-Panel-fold');
    const press = (key: string): void => {
      document.activeElement?.dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
      );
    };
    first.focus();
    press('ArrowDown');
    expect(document.activeElement).toBe(second);
    press('ArrowRight');
    expect(second.getAttribute('aria-expanded')).toBe('true');
    press('ArrowLeft');
    expect(second.getAttribute('aria-expanded')).toBe('false');
    press('Home');
    expect(document.activeElement).toBe(first);
  });
});

it('says the counts on one line, and nothing where nothing runs', () => {
  expect(summaryText(stateOf().summary)).toBe('1 source, 1 query · 60 rows/s · lag 2 s');
  const none = { sources: 0, queries: 0, rowsPerSecond: 0, worstLagUs: null, worstLagOf: null, errors: 0 };
  expect(summaryText(none)).toBe('');
  expect(summaryText({ ...none, errors: 2 })).toBe('0 sources, 0 queries · 0 rows/s · 2 errors');
});

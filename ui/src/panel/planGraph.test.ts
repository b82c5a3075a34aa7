// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { layOut } from './planLayout.js';
import { planNode, setUp } from './testing.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('a plan', () => {
  const NODES = [
    planNode(0, [], { text: 'trades (file)', rowsOut: 100 }),
    planNode(1, [], { text: 'quotes (file)', rowsOut: 7 }),
    planNode(2, [0], { op: 'filter', text: 'filter size > 10', rowsIn: 100, rowsOut: 60, share: 0.2 }),
    planNode(3, [2, 1], { op: 'unionAll', text: 'union all of 2', rowsIn: 67, rowsOut: 67, share: 0.005 }),
    planNode(4, [3], { kind: 'table', op: 'table', text: 'kept', ms: null, share: null }),
  ];

  it('is asked for while its query is unfolded, and drawn as a list of buttons that say everything', () => {
    const { say, unfold, kernel } = setUp();
    say();
    const query = unfold('bars');
    vi.advanceTimersByTime(1);
    expect(kernel.looks().at(-1)).toMatchObject({ plans: ['q1'] });
    say({ plans: [{ query: 'q1', nodes: NODES, left: 3 }] });
    const figure = query.querySelector('figure')!;
    expect(figure.getAttribute('aria-label')).toBe('Plan of bars');
    const buttons = [...figure.querySelectorAll('button')];
    expect(buttons).toHaveLength(5);
    expect(buttons[3].title).toBe('union all of 2');
    expect([...buttons[3].children].map(part => part.textContent).filter(Boolean)).toEqual([
      'union',
      '67 → 67 rows',
      '<1% of the time',
      'reads filter and quotes (file)',
    ]);
    expect(figure.querySelectorAll('svg g')).toHaveLength(4);
    expect(figure.querySelector('svg')?.getAttribute('aria-hidden')).toBe('true');
    expect(figure.textContent).toContain('3 more places of the plan');
    buttons[2].click();
    expect(buttons[2].getAttribute('aria-pressed')).toBe('true');
    expect(figure.querySelector('.millrace-Plan-more')?.textContent).toContain('filter size > 10');
    const again = NODES.map(node => (node.id === 2 ? { ...node, rowsIn: 500 } : node));
    say({ plans: [{ query: 'q1', nodes: again, left: 0 }] });
    expect([...figure.querySelectorAll('button')]).toEqual(buttons);
    expect(buttons[2].textContent).toContain('500 → 60');
  });

  it('stands in layers: each below all that it reads, no two in one place', () => {
    for (let seed = 1; seed < 200; seed++) {
      let random = seed;
      const next = (below: number): number => (random = (random * 48_271) % 2_147_483_647) % below;
      const nodes = Array.from({ length: 2 + next(30) }, (_, id) => ({
        id,
        inputs: id === 0 ? [] : Array.from({ length: next(3) }, () => next(id)),
      }));
      const { places, columns, layers } = layOut(nodes);
      nodes.forEach(({ inputs }, at) => {
        for (const input of inputs) expect(places[input].layer).toBeLessThan(places[at].layer);
      });
      const taken = places.map(({ layer, column }) => `${layer}/${column}`);
      expect(new Set(taken).size).toBe(nodes.length);
      expect(Math.max(...places.map(({ column }) => column))).toBe(columns - 1);
      expect(Math.max(...places.map(({ layer }) => layer))).toBeLessThan(layers);
      expect(Math.min(...places.map(({ layer }) => layer))).toBeGreaterThanOrEqual(0);
    }
  });
});

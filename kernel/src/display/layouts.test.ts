import { expect, it } from 'vitest';
import { LAYOUT_MIME, type LayoutOutput } from '@millrace/protocol';
import type { DisplayData, LiveOutput } from '../runner/contract.js';
import { drawLayout } from '../fallback/layoutDrawing.js';
import { Layouts } from './layouts.js';

const VIEW = { kind: 'grid', title: null } as const;

function live(viewId: string): LiveOutput {
  return { viewId, view: VIEW, caption: viewId, digest: '' };
}

/** What each view shows: a text, and of those that are tables a live view. */
function outputs(layouts: Layouts) {
  return async (view: unknown, displayId: string): Promise<DisplayData> => {
    if (typeof view === 'object') return layouts.show(view as never, displayId, outputs(layouts));
    const text = String(view);
    const data = { 'text/plain': text, 'text/html': `<b>${text}</b>` };
    return { data, metadata: {}, displayId, ...(text.startsWith('t') ? { live: live(text) } : {}) };
  };
}

const NESTED = {
  direction: 'row',
  views: ['a', { direction: 'column', views: ['t1', 't2'] }, 't3'],
} as const;

it('is the bundles of its views in one, and what is live in it', async () => {
  const layouts = new Layouts();
  const shown = await layouts.show(NESTED, 'x', outputs(layouts));
  expect(shown.data['text/plain']).toBe('a\n\nt1\n\nt2\n\nt3');
  expect(shown.data['text/html']).toMatch(/<b>a<\/b>.*<b>t1<\/b>.*<b>t2<\/b>.*<b>t3<\/b>/);
  const { children } = shown.data[LAYOUT_MIME] as LayoutOutput;
  expect(children).toHaveLength(3);
  expect(children[1].data).toHaveProperty([LAYOUT_MIME]);
  expect(shown.live).toMatchObject({ viewId: 't1', parts: ['t2', 't3'] });
  expect(JSON.stringify(shown.data)).not.toContain('caption');
  const drawn = await drawLayout(shown.live!.layout!, ({ viewId }) =>
    Promise.resolve({ bundle: { data: { 'text/plain': `new ${viewId}` }, metadata: {} }, size: 5 }),
  );
  expect(drawn.bundle.data['text/plain']).toBe('a\n\nnew t1\n\nnew t2\n\nnew t3');
});

it('changes as what is in it changes, however deep, and is told once', async () => {
  const layouts = new Layouts();
  await layouts.show(NESTED, 'x', outputs(layouts));
  const changed = (displayId: string, text: string): DisplayData => ({
    data: { 'text/plain': text },
    metadata: {},
    displayId,
  });
  const told = layouts.absorb([changed('x/1/0', 'one'), changed('x/2', 'three'), changed('other', 'alone')]);
  expect(told.map(({ displayId, data }) => [displayId, data['text/plain']])).toEqual([
    ['other', 'alone'],
    ['x', 'a\n\none\n\nt2\n\nthree'],
  ]);
  expect(layouts.forget('x')).toEqual(['x', 'x/0', 'x/1', 'x/1/0', 'x/1/1', 'x/2']);
  expect(layouts.absorb([changed('x/2', 'gone')])).toHaveLength(1);
});

it('has pictures where there is no HTML, and texts that are no markup', async () => {
  const layouts = new Layouts();
  const shown = await layouts.show({ direction: 'row', views: ['p', 'q'] }, 'x', (view, displayId) =>
    Promise.resolve({
      data: view === 'p' ? { 'image/png': 'AAAA', 'text/plain': '' } : { 'text/plain': '<img src=x>' },
      metadata: view === 'p' ? { 'image/png': { width: '5" onload="x' } } : {},
      displayId,
    }),
  );
  const html = String(shown.data['text/html']);
  expect(html).toContain('<img style="max-width:100%" alt="Chart" src="data:image/png;base64,AAAA">');
  expect(html).toContain('&#60;img src=x&#62;');
});

import { INPUT_MIME, PROSE_MIME, VIEW_MIME, type PageOutput } from '@millrace/protocol';
import { describe, expect, test } from 'vitest';
import { outputHtml, viewIdsOf, type OutputContext } from './outputs.js';

const HOSTILE = '</pre></script><img src=x onerror=alert(1)><script>alert(1)</script>';

function htmlOf(data: Record<string, unknown>): { html: string; drawn: PageOutput[] } {
  const drawn: PageOutput[] = [];
  const context: OutputContext = {
    drawn,
    view: output => output,
    prose: output => output,
    whyNot: () => HOSTILE,
  };
  return { html: outputHtml({ output_type: 'display_data', data }, context), drawn };
}

const NONE: OutputContext = {
  drawn: [],
  view: output => output,
  prose: output => output,
  whyNot: () => null,
};

describe('outputs', () => {
  test('that are text are text', () => {
    const stream = { output_type: 'stream', name: 'stderr', text: [`\u001b[31m${HOSTILE}`, '\n'] };
    expect(outputHtml(stream, NONE)).toBe(
      '<pre class="page-Stream page-mod-error">&lt;/pre&gt;&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(1)&lt;/script&gt;</pre>',
    );
    expect(outputHtml({ output_type: 'error', ename: HOSTILE, evalue: HOSTILE }, NONE)).not.toMatch(
      /<img|<script/,
    );
  });

  test.each([
    { 'text/plain': HOSTILE },
    { 'text/html': HOSTILE, 'text/plain': HOSTILE },
    { 'text/html': HOSTILE },
    { 'text/markdown': HOSTILE },
    { 'application/json': { a: HOSTILE } },
    { 'image/png': '"><script>alert(1)</script>', 'text/plain': HOSTILE },
    { 'image/png': 'AAAA', 'text/plain': `"${HOSTILE}` },
    { 'image/svg+xml': `<svg onload=alert(1)>${HOSTILE}</svg>` },
    { 'application/javascript': 'alert(1)' },
    { [`<script>${HOSTILE}`]: 'x' },
  ])('of hostile data do no harm: %j', data => {
    const { html } = htmlOf(data);
    expect(html).not.toMatch(/<script|<svg|<img(?! class="page-Image" src="data:image\/)/);
    const tags = html.replaceAll(/"[^"]*"/g, '').match(/<[a-z][^>]*>/g) ?? [];
    expect(tags.join(' ')).not.toMatch(/\son\w+=/);
  });

  test('tables are tables, and pictures are pictures', () => {
    expect(htmlOf({ 'text/html': '<table><tr><td>1</td></tr></table>' }).html).toContain('<td>1</td>');
    expect(htmlOf({ 'image/png': ['AA', 'AA\n'] }).html).toContain('src="data:image/png;base64,AAAA"');
  });

  test.each([
    { [VIEW_MIME]: null, 'text/plain': 'kept' },
    { [VIEW_MIME]: { viewId: 'a' }, 'text/plain': 'kept' },
    { [VIEW_MIME]: [1], 'text/plain': 'kept' },
    { [INPUT_MIME]: { name: 1 }, 'text/plain': 'kept' },
    { [PROSE_MIME]: { parts: [null] }, 'text/plain': 'kept' },
    { [PROSE_MIME]: 'x', 'text/plain': 'kept' },
  ])('under our own types that are none of ours are what else is there: %j', data => {
    expect(htmlOf(data)).toEqual({ html: '<pre class="page-Text">kept</pre>', drawn: [] });
  });

  test('that are drawn by script have places, what is saved, and why they are not live', () => {
    const input = { v: 1, name: 'n', spec: { kind: 'toggle', value: true, label: null }, value: true };
    const { html, drawn } = htmlOf({ [INPUT_MIME]: input, 'text/plain': `n: ${HOSTILE}` });
    expect(drawn).toEqual([{ kind: 'input', output: input }]);
    expect(html).toMatch(/^<div class="page-Drawn" data-millrace-place="0" data-millrace-kind="input"><pre/);
    expect(html).toContain('Not live in this page: &lt;/pre&gt;');
    expect(html).not.toMatch(/<script|<img/);
  });

  test('headings of outputs are no headings of the page', () => {
    expect(htmlOf({ 'text/markdown': '# A' }).html).toContain('<h1>A</h1>');
  });
});

test('the views of outputs are found wherever they are named, and no deeper than they can be', () => {
  let deep: unknown = { viewId: 'deep' };
  for (let k = 0; k < 10_000; k++) deep = { deep };
  const outputs = [
    { output_type: 'display_data', data: { [VIEW_MIME]: { viewId: 'a', layers: [{ viewId: 'b' }] } } },
    { output_type: 'display_data', data: { [PROSE_MIME]: { parts: [{ kind: 'view', viewId: 'c' }, deep] } } },
    { output_type: 'display_data', data: { 'application/json': { viewId: 'none' } } },
    { output_type: 'stream', text: 'x' },
  ];
  expect(viewIdsOf(outputs)).toEqual(['a', 'b', 'c']);
});

import { describe, expect, it } from 'vitest';
import { ownBundle } from './bundles.js';
import { makers } from './makers.js';
import { specOf } from './specValues.js';
import { checkedSpec, specOutput } from './vegaSpec.js';

const DISPLAY = Symbol.for('Jupyter.display');
const shown = (made: unknown) => ownBundle({ name: 'mine', [DISPLAY]: () => made });

describe('what objects say of themselves', () => {
  it('is taken, bytes as base64, lines as text, JSON as JSON', () => {
    const made = {
      'text/html': ['<b>', 'x</b>'],
      'image/png': Uint8Array.of(1, 2, 3),
      'application/json': { n: 5n, when: new Date(0) },
      'image/svg+xml': Buffer.from('<svg/>'),
    };
    expect(shown(made)).toEqual({
      'text/html': '<b>x</b>',
      'image/png': 'AQID',
      'application/json': { n: 5, when: '1970-01-01T00:00:00.000Z' },
      'image/svg+xml': '<svg/>',
    });
  });

  it.each([
    [5, 'it gave a number'],
    [null, 'it gave null'],
    [undefined, 'it gave a undefined'],
    ['<b>', 'it gave a string'],
    [[], 'it gave a list'],
    [{}, 'it is empty'],
    [{ 'text/html': 5 }, "'text/html' must be text, not number"],
    [{ html: 'x' }, "'html' is no MIME type"],
    [{ 'application/json': () => 1 }, "'application/json' must be JSON, not function"],
  ])('%j is told as what it is', (made, fault) => {
    const bundle = shown(made) as Record<string, string>;
    expect(bundle['text/plain']).toContain(fault);
    expect(bundle['text/plain']).toContain("name: 'mine'");
  });

  it('in part malformed is shown in part', () => {
    expect(shown({ 'text/plain': 'ok', 'text/html': {} })).toEqual({ 'text/plain': 'ok' });
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(shown({ 'application/json': cycle, 'text/html': 'x' })).toMatchObject({ 'text/html': 'x' });
  });

  it('may come later, and may fail', async () => {
    const failing = { [DISPLAY]: () => Promise.reject(new Error('<i>no</i>')) };
    const bundle = (await ownBundle(failing)) as Record<string, string>;
    expect(bundle['text/plain']).toContain("[Symbol.for('Jupyter.display')]() threw: Error: <i>no</i>");
    expect(bundle['text/html']).not.toContain('<i>');
    const late = { [DISPLAY]: () => Promise.resolve({ 'text/plain': 'late' }) };
    expect(await ownBundle(late)).toEqual({ 'text/plain': 'late' });
    const throwing = {
      [DISPLAY]: () => {
        throw new TypeError('at once');
      },
    };
    expect((ownBundle(throwing) as Record<string, string>)['text/plain']).toContain('TypeError: at once');
  });
});

describe('makers', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

  it('of pictures look at the first bytes', () => {
    const base64 = png.toString('base64');
    for (const data of [png, new Uint8Array(png), base64, `data:image/png;base64,${base64}`]) {
      expect(ownBundle(makers.image(data))).toEqual({ 'image/png': base64, 'text/plain': '<image/png>' });
      expect(ownBundle(makers.png(data))).toMatchObject({ 'image/png': base64 });
    }
    expect(() => makers.jpeg(png)).toThrow(/MR4104.*but it is image\/png.*display\.image/);
    expect(() => makers.png(Uint8Array.of(1, 2))).toThrow(/MR4104.*begins like none/);
    expect(() => makers.image('<svg/>')).toThrow('MR4104');
    expect(() => makers.png(5 as never)).toThrow(/MR4104.*not a number/);
    const webp = Buffer.from('RIFF1234WEBPVP8 ');
    expect(ownBundle(makers.webp(webp))).toHaveProperty(['image/webp']);
    expect(ownBundle(makers.gif(Buffer.from('GIF89a0000')))).toHaveProperty(['image/gif']);
  });

  it('of text take text', () => {
    expect(ownBundle(makers.latex('$x$'))).toEqual({ 'text/latex': '$x$', 'text/plain': '$x$' });
    expect(() => makers.html({} as never)).toThrow(/MR4104.*display\(value\)/);
    expect(() => makers.json(() => 1)).toThrow('MR4104');
    expect(() => makers.mime(null as never)).toThrow('MR4104');
  });
});

describe('specs', () => {
  const values = [{ a: 'x', b: 1 }];
  const encoding = { x: { field: 'a' }, y: { field: 'b', type: 'quantitative' } };
  const spec = { data: { values }, mark: 'bar', encoding };

  it('of Vega-Lite are charts, with a picture', async () => {
    const { data, metadata } = await specOutput(checkedSpec('vega-lite', { ...spec, title: 'T' }));
    expect(data['application/vnd.vegalite.v6+json']).toMatchObject({ mark: 'bar', title: 'T' });
    expect(Buffer.from(String(data['image/png']), 'base64').subarray(1, 4).toString()).toBe('PNG');
    expect((metadata['image/png'] as { width: number }).width).toBeGreaterThan(20);
    expect(data['text/plain']).toBe('Vega-Lite chart · T');
  });

  it('are known by their schema, in the version that it names', async () => {
    const vega = {
      $schema: 'https://vega.github.io/schema/vega/v5.json',
      width: 50,
      height: 50,
      marks: [{ type: 'rect', encode: { enter: { width: { value: 9 }, height: { value: 9 } } } }],
    };
    const checked = specOf(vega);
    expect(checked).toMatchObject({ language: 'vega', version: 5 });
    expect((await specOutput(checked!)).data).toHaveProperty(['application/vnd.vega.v5+json']);
    expect(specOf({ $schema: 'https://json-schema.org/draft/2020-12/schema' })).toBeNull();
    expect(specOf(spec)).toBeNull();
  });

  it.each([
    [{ data: { url: 'https://example.com/a.csv' } }, 'data.url'],
    [{ layer: [{ data: { url: '/files/a.csv' } }] }, 'layer[0].data.url'],
    [{ transform: [{ lookup: 'a', from: { data: { url: 'x' } } }] }, 'transform[0].from.data.url'],
    [{ mark: { type: 'image', url: 'https://example.com/spy.png' } }, 'mark.url'],
    [{ mark: 'image', encoding: { url: { field: 'u' } } }, 'encoding.url'],
    [{ config: 'https://example.com/config.json' }, 'config'],
  ])('that would load %j are refused', (part, place) => {
    expect(() => checkedSpec('vega-lite', { ...spec, ...part })).toThrow(
      `would load something from elsewhere (${place})`,
    );
  });

  it('may have data of any names, and their own notes to pages are left out', () => {
    const rows = [{ url: 'https://example.com' }];
    const checked = checkedSpec('vega-lite', {
      ...spec,
      data: { values: rows },
      usermeta: { embedOptions: {} },
    });
    expect(checked.spec).not.toHaveProperty('usermeta');
    expect(checked.spec.data).toEqual({ values: rows });
  });

  it('that are none are refused, and those that cannot be drawn are told', async () => {
    expect(() => checkedSpec('vega-lite', [])).toThrow(/MR4103.*not a list/);
    expect(() => checkedSpec('vega-lite', 'x')).toThrow(/MR4103.*not string/);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => checkedSpec('vega', cycle)).toThrow('MR4103');
    const long = { ...spec, data: { values: [{ a: 'x'.repeat(11_000_000) }] } };
    expect(() => checkedSpec('vega-lite', long)).toThrow(/MR4103.*11 MB/);
    const { data } = await specOutput(checkedSpec('vega-lite', { mark: 'no such mark' }));
    expect(data['text/plain']).toContain('cannot be drawn');
  });
});

import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ExportedSession } from 'millrace/session';
import { documentOf, type PageParts } from './document.js';
import { packRecordings, speedOf } from './replays.js';

const ASSETS = { engine: 'engine()', page: 'page()', boot: 'boot()', style: 'p{}' };
const HOSTILE = '</script><script>alert(1)</script><!--';

const PARTS: PageParts = {
  title: `</title>${HOSTILE}`,
  source: `a"${HOSTILE}.ipynb`,
  headings: [],
  body: '<p>text</p>',
  description: {
    outputs: [
      {
        kind: 'input',
        output: {
          v: 1,
          name: HOSTILE,
          spec: { kind: 'text', maxLength: 99, value: HOSTILE, label: null },
          value: `${HOSTILE}\u2028`,
        },
      },
    ],
    live: [],
    inputs: [],
    recordings: 1,
    speed: 60,
  },
  replay: { loops: `/* ${HOSTILE} */`, session: JSON.stringify(HOSTILE), recordings: [new Uint8Array([1])] },
};

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

test('nothing of a notebook ends an element of the page', () => {
  const page = documentOf(PARTS, ASSETS);
  expect(page).not.toContain('<script>alert');
  expect(page).not.toContain('<!--');
  const scripts = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)];
  expect(scripts).toHaveLength(6);
  const [description, script, engine, session] = scripts.map(([, text]) => text);
  expect(JSON.parse(description)).toEqual(PARTS.description);
  const inflated = (text: string): string => inflateRawSync(Buffer.from(text, 'base64')).toString();
  expect(inflated(script)).toBe('page()');
  expect(inflated(engine)).toBe(`/* ${HOSTILE} */\nengine()`);
  expect(JSON.parse(inflated(session))).toBe(HOSTILE);
});

test('its policy allows the scripts and the style that it has, no eval, and no network', () => {
  const page = documentOf(PARTS, ASSETS);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1];
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${hash('boot()')} ${hash('page()')} ${hash(`/* ${HOSTILE} */\nengine()`)}`,
    `style-src ${hash('p{}')}`,
    'img-src data:',
    'worker-src blob:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'));
  expect(page).not.toMatch(/\b(?:src|href)="(?!#|data:)/);
});

test('a page in which nothing runs has no engine', () => {
  const description = { ...PARTS.description, recordings: null };
  const page = documentOf({ ...PARTS, description, replay: null }, ASSETS);
  expect(page).not.toContain('millrace-engine');
  expect(page).not.toContain('millrace-bar');
});

describe('recordings', () => {
  const source = {
    name: 'trades',
    fields: [],
    rows: 0,
    columns: [],
    marks: null,
    places: null,
    before: null,
    boundUs: 0,
    rejected: 0,
  };
  const view = (viewId: string, ...sources: number[]) => ({
    viewId,
    plan: '{}',
    view: { kind: 'grid' as const, title: null },
    sources,
  });
  const session: ExportedSession = {
    views: [view('a', 0), view('b', 0, 1), view('c', 2), view('d', 0)],
    refused: [],
    sources: [source, { ...source, name: 'noise' }, { ...source, name: 'quiet' }],
    inputs: [],
  };
  let state = 7;
  const noise = Uint8Array.from({ length: 5000 }, () => (state = (state * 16_807) % 2_147_483_647) & 255);
  const recordings = [new Uint8Array(4000), noise, new Uint8Array(3000)];

  test('are taken in the order of the views, as many as there is room for', () => {
    const all = packRecordings({ session, recordings }, 1e6);
    expect(all.session.views).toHaveLength(4);
    const packed = packRecordings({ session, recordings }, 1000);
    expect(packed.session.views.map(({ viewId }) => viewId)).toEqual(['a', 'c', 'd']);
    expect(packed.packed[1]).toHaveLength(0);
    expect(inflateRawSync(packed.packed[0])).toHaveLength(4000);
  });

  test('of those that are too large it is said what to do', () => {
    const { refused } = packRecordings({ session, recordings }, 1000).session;
    expect(refused).toEqual([
      { viewId: 'b', reason: expect.stringMatching(/^MR8501 .*'noise'.*--max 1MB\.$/) as string },
    ]);
  });
});

test('a replay takes about a minute', () => {
  const clock = { mode: 'ended', speed: 'max', nowUs: null, startUs: 0, live: false } as const;
  expect(speedOf({ ...clock, endUs: 23_400e6 })).toBe(600);
  expect(speedOf({ ...clock, endUs: 60e6 })).toBe(1);
  expect(speedOf({ ...clock, endUs: 1e15 })).toBe(10_000);
  expect(speedOf({ ...clock, mode: 'idle', endUs: 1e15 })).toBeNull();
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JupyterClient, type Answer } from '../support/jupyterClient.js';

const INPUT_MIME = 'application/vnd.millrace.input.v1+json';
const PROSE_MIME = 'application/vnd.millrace.prose.v1+json';
const VIEW_MIME = 'application/vnd.millrace.view.v1+json';
const ROWS = 200;

/** Texts that would be Markdown, HTML, formulas or addresses if they were not shown letter by letter. */
const HOSTILE = [
  ...[
    '**bold**',
    '__bold__',
    '*it*',
    '_it_',
    '~~gone~~',
    '`code`',
    '```\ncode\n```',
    '# heading',
    '\n\n# heading',
  ],
  ...[
    '- item',
    '1. item',
    '+ item',
    '> quote',
    '---',
    '===',
    '| a | b |',
    '[x](javascript:alert(1))',
    '![x](http://e/p.png)',
  ],
  ...[
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '</div>',
    '<b>',
    '&lt;b&gt;',
    '&#42;',
    '\\*',
    '\\',
  ],
  ...[
    '$x^2$',
    '\\(x\\)',
    'https://example.com',
    'www.example.com',
    'a@example.com',
    '[ref]: http://e',
    '  ',
    '',
    '\t',
    '\u202egone',
    '\u0000',
  ],
];

function bundle(answer: Answer): Record<string, never> {
  const shown = answer.published.findLast(
    ({ type }) => type === 'display_data' || type === 'update_display_data',
  );
  return shown!.content.data as Record<string, never>;
}

/** One control of an input, or another comm of a front end. */
class Comm {
  constructor(
    readonly kernel: JupyterClient,
    readonly id: string,
    target: string,
    data: unknown,
  ) {
    kernel.send('comm_open', { comm_id: id, target_name: target, data });
  }

  send(data: unknown): void {
    this.kernel.send('comm_msg', { comm_id: this.id, data });
  }

  get messages(): Record<string, never>[] {
    return this.kernel.published
      .filter(({ type, content }) => type === 'comm_msg' && content.comm_id === this.id)
      .map(({ content }) => content.data as Record<string, never>);
  }

  until(
    holds: (message: Record<string, unknown>) => boolean,
    what: string,
  ): Promise<Record<string, unknown>> {
    return this.kernel.until(() => this.messages.findLast(holds), what, 20_000);
  }
}

const QUERY = `import { input, md, replay } from 'millrace';
const rows = replay('rows.csv', { name: 'rows', time: 'ts' });
const least = input.range({ min: 0, max: ${ROWS}, value: 150, label: 'At least <b>' });
const big = rows.where(t => t.size.ge(least));`;

function writeRows(directory: string): void {
  const lines = Array.from({ length: ROWS }, (_, k) => `${new Date(k * 1000).toISOString()},${k}`);
  writeFileSync(join(directory, 'rows.csv'), `ts,size\n${lines.join('\n')}\n`);
}

describe('with a front end', () => {
  let kernel: JupyterClient;
  let viewId: string;
  beforeAll(async () => {
    kernel = await JupyterClient.start();
    writeRows(kernel.directory);
    kernel.send('comm_open', { comm_id: 'bar', target_name: 'millrace.session', data: { v: 1 } });
    // The first cell waits for the types.
    await kernel.execute(QUERY);
  }, 180_000);
  afterAll(() => kernel.shutdown());

  const answer = async (code: string): Promise<string> => {
    const { error, published } = await kernel.execute(code);
    expect(error).toBeNull();
    const result = published.find(({ type }) => type === 'execute_result');
    return String((result!.content.data as Record<string, unknown>)['text/plain']);
  };

  test('an input is shown as a control, with its label and value as text and as HTML that is text', async () => {
    const shown = await kernel.execute('least');
    expect(shown.error).toBeNull();
    const data = bundle(shown);
    expect(data[INPUT_MIME]).toMatchObject({
      v: 1,
      name: 'least',
      value: 150,
      spec: { kind: 'range', max: ROWS },
    });
    expect(data['text/plain']).toBe('At least <b>: 150');
    expect(data['text/html']).toBe('<div><span>At least &lt;b&gt;</span>: <output>150</output></div>');
  });

  test('moving it moves the tables, while a cell loops for ever; two controls of it agree', async () => {
    const table = bundle(await kernel.execute('big'));
    ({ viewId } = table[VIEW_MIME]);
    const [one, two] = ['one', 'two'].map(
      id => new Comm(kernel, id, 'millrace.input', { v: 1, name: 'least' }),
    );
    await Promise.all([one, two].map(each => each.until(({ value }) => value === 150, 'the value')));
    const view = new Comm(kernel, 'view', 'millrace.view', { v: 1, viewId, credit: 8, range: null });
    const total = (wanted: number) =>
      view.until(({ status }) => (status as { total?: number })?.total === wanted, `${wanted} rows`);
    await total(50);
    const looping = kernel.startCell('while (true) {}');
    one.send({ type: 'set', value: 190 });
    await total(10);
    expect((await two.until(({ value }) => value === 190, 'the other')).type).toBe('state');
    await kernel.interrupt();
    await kernel.finished(looping);
    expect(await answer('least.value')).toBe('190');
    expect(await answer('await big.count()')).toBe('10');
    // From a cell, too.
    await kernel.execute('await least.set(180)');
    await total(20);
    await one.until(({ value }) => value === 180, 'what the cell has set');
  });

  test('what is no value is answered and counted, and the kernel goes on', async () => {
    const hostile = new Comm(kernel, 'hostile', 'millrace.input', { v: 1, name: 'least' });
    for (const value of [-1, ROWS + 1, 1.5, 'x', null, {}, [1], 'y'.repeat(100_000)])
      hostile.send({ type: 'set', value });
    for (const data of [null, 7, 'set', { type: '__proto__' }, {}]) hostile.send(data);
    await kernel.until(
      () => hostile.messages.filter(({ type }) => type === 'error').length === 13 || undefined,
      '13 errors',
      20_000,
    );
    expect(await answer('least.value')).toBe('180');
    const unknown = new Comm(kernel, 'unknown', 'millrace.input', { v: 1, name: 'nothing' });
    expect((await unknown.until(({ type }) => type === 'bye', 'the end')).reason).toContain(
      'run its cell again',
    );
    for (const [at, data] of [null, 5, { v: 9, name: 'least' }, { name: {} }].entries()) {
      const wrong = new Comm(kernel, `wrong${at}`, 'millrace.input', data);
      await wrong.until(({ type }) => type === 'bye', 'the end');
    }
  });

  test('its value outlives the process of the cells', async () => {
    const lost = await kernel.execute('process.exit(0)');
    expect(lost.error).not.toBeNull();
    const control = new Comm(kernel, 'after', 'millrace.input', { v: 1, name: 'least' });
    expect((await control.until(({ type }) => type === 'state', 'the value')).value).toBe(180);
    const view = new Comm(kernel, 'view2', 'millrace.view', { v: 1, viewId, credit: 8, range: null });
    control.send({ type: 'set', value: 195 });
    await view.until(({ status }) => (status as { total?: number })?.total === 5, 'five rows');
    await kernel.execute(QUERY);
    expect(await answer('await big.count(); least.value')).toBe('195');
  });

  test('a text shows live values, and follows them', async () => {
    const shown = await kernel.execute(
      "md`There are **${big.count()}** rows of ${least} since ${rows.min('ts')}.`",
    );
    expect(shown.error).toBeNull();
    const data = bundle(shown);
    expect(data['text/plain']).toMatch(
      /^There are \*\*(5|…)\*\* rows of 195 since (1970-01-01 00:00:00 UTC|…)\.$/,
    );
    const { parts } = data[PROSE_MIME] as { parts: { kind: string; viewId?: string }[] };
    expect(parts.map(({ kind }) => kind).join()).toBe('markdown,view,markdown,input,markdown,view,markdown');
    const view = new Comm(kernel, 'prose', 'millrace.view', {
      v: 1,
      viewId: parts[1].viewId,
      credit: 8,
      range: null,
    });
    const first = (await view.until(({ type }) => type === 'snapshot', 'the count')) as { seq: number };
    await kernel.execute('least.value = 100');
    await view.until(({ seq }) => (seq as number) > first.seq, 'the next count');
  });

  test('a table of more columns in a text is an error that says which', async () => {
    const { error } = await kernel.execute('md`${rows}`');
    expect(`${error?.evalue}`).toMatch(/MR4160.*'ts', 'size'/);
  });
});

describe('without a front end', () => {
  let kernel: JupyterClient;
  beforeAll(async () => {
    kernel = await JupyterClient.start();
    writeRows(kernel.directory);
    await kernel.execute(QUERY);
  }, 180_000);
  afterAll(() => kernel.shutdown());

  test('what is saved is the last state: the inputs begin as they are written, and a cell may move them', async () => {
    const text = bundle(
      await kernel.execute("md`**${big.count()}** of ${rows.count()} since ${rows.min('ts')}`"),
    );
    expect(text['text/plain']).toBe(`**50** of ${ROWS} since 1970-01-01 00:00:00 UTC`);
    expect(text['text/markdown']).toMatch(/^\*\*&#53;0\*\* of &#50;00 since &#49;970&#45;01/);
    await kernel.execute('least');
    const { published } = await kernel.execute('least.value = 198;');
    const updates = published
      .filter(({ type }) => type === 'update_display_data')
      .map(({ content }) => content.data as Record<string, string>);
    expect(updates.map(data => data['text/plain']).sort()).toEqual([
      `**2** of ${ROWS} since 1970-01-01 00:00:00 UTC`,
      'At least <b>: 198',
    ]);
  });

  test('hostile values stand in a text letter by letter', async () => {
    const { error, published } = await kernel.execute(
      `import { md } from 'millrace';
for (const value of ${JSON.stringify(HOSTILE)}) display(md\`a \${value} b\`);`,
    );
    expect(error).toBeNull();
    const shown = published
      .filter(({ type }) => type === 'update_display_data')
      .map(({ content }) => content.data as Record<string, string>)
      .filter(data => data['text/plain'].startsWith('a '));
    expect(shown.map(data => data['text/plain']).sort()).toEqual(HOSTILE.map(value => `a ${value} b`).sort());
    for (const { 'text/markdown': markdown } of shown) {
      const text = markdown.slice(2, -2).replaceAll(/<span>(&#\d+;)<\/span>/g, '$1');
      expect(text.replaceAll(/&#\d+;/g, '')).toMatch(/^[\p{L}\p{N} ]*$/u);
    }
  });

  test('a value in an address or a tag is refused where it is written', async () => {
    await kernel.execute("import { md } from 'millrace'; const v = 'x';");
    for (const code of [
      'md`[a](${v})`',
      'md`![a](http://e/${v}.png)`',
      'md`<a href="${v}">`',
      'md`[a]: ${v}`',
    ]) {
      const { error } = await kernel.execute(code);
      expect(error?.evalue).toContain('MR2570');
    }
  });
});

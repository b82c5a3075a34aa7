import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient, type Answer } from '../support/jupyterClient.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-magics-'));
let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start({ directory, env: { MAGIC_API_KEY: 'hunter2' } });
}, 60_000);
afterAll(async () => {
  await kernel.shutdown();
  rmSync(directory, { recursive: true, force: true });
});

/** The last state of everything displayed, in order. */
function shown(answer: Answer, type = 'text/plain'): string[] {
  const outputs = new Map<unknown, string>();
  for (const message of answer.published) {
    if (!/display_data$/.test(message.type)) continue;
    const id = (message.content.transient as { display_id?: unknown }).display_id ?? message.id;
    outputs.set(id, (message.content.data as Record<string, string>)[type]);
  }
  return [...outputs.values()];
}

test('%%html and %%md show the rest of the cell', async () => {
  const html = await kernel.execute('%%html\n<b>bold</b> % 2\n');
  expect(shown(html, 'text/html')).toEqual(['<b>bold</b> % 2\n']);
  const markdown = await kernel.execute('\n%%md\n# Title\n%who');
  expect(shown(markdown, 'text/markdown')).toEqual(['# Title\n%who']);
});

test('%%sql says that it is to come', async () => {
  const { error } = await kernel.execute('%%sql\nSELECT 1');
  expect(error).toMatchObject({ ename: 'MillraceError' });
  expect(error?.evalue).toMatch(/MR4123.*SQL/);
});

test('%time times its statement and gives its value; %%time the cell', async () => {
  const one = await kernel.execute('const base = 20;\n%time base + await Promise.resolve(22)');
  expect(one.result).toBe('42');
  expect(one.stdout).toMatch(/^Took [\d.]+ (µs|ms|s) \(processor: .*\)\n$/);
  const middle = await kernel.execute(
    '%time const slow = await new Promise<number>(done => setTimeout(() => done(7), 60));\nslow',
  );
  expect(middle.result).toBe('7');
  expect(Number(/Took ([\d.]+) ms/.exec(middle.stdout)?.[1])).toBeGreaterThan(50);
  const whole = await kernel.execute('%%time\nconst a1 = 1;\nfunction f1() { return a1 }\nf1()');
  expect(whole.result).toBe('1');
  expect(whole.stdout).toMatch(/^Took /);
  expect((await kernel.execute('%%time\nconst a2 = 1;')).stdout).toMatch(/^Took /);
});

test('%who lists names, types and values', async () => {
  await kernel.execute(
    'const price = 12.5; interface Quote { bid: number }\nfunction mid(q: Quote) { return q.bid }',
  );
  const [text] = shown(await kernel.execute('const here: string[] = ["x"];\n%who'));
  expect(text).toMatch(/^price +12\.5 +12\.5$/m);
  expect(text).toMatch(/^Quote +type$/m);
  expect(text).toMatch(/^mid +\(q: Quote\) => number +\[Function: mid\]$/m);
  expect(text).toMatch(/^here +string\[\] +\[ 'x' \]$/m);
});

test('%env sets, shows and masks', async () => {
  expect(shown(await kernel.execute('%env GREETING="good day"\n%env GREETING'))).toEqual([
    'GREETING=good day',
    'GREETING=good day',
  ]);
  expect((await kernel.execute('process.env.GREETING')).result).toBe("'good day'");
  const secret = await kernel.execute('%env SOME_TOKEN=abc123\n%env\n%env MAGIC_API_KEY');
  expect(JSON.stringify(secret.published.slice(2))).not.toMatch(/abc123|hunter2/);
  expect((await kernel.execute('process.env.SOME_TOKEN')).result).toBe("'abc123'");
  // Other processes of the kernel have it too: those that are there, and those that come.
  const asked = async (name: string) => {
    const code = `import { poll, secret } from 'millrace';\nawait poll('http://127.0.0.1:9/', { every: '1 s', rows: 'a', headers: { authorization: secret('${name}') } }).head(1)`;
    return String((await kernel.execute(code)).error?.evalue);
  };
  expect(await asked('NOT_THERE')).toMatch(/MR\d+.*NOT_THERE/);
  expect(await asked('SOME_TOKEN')).toMatch(/MR\d+ (?!.*SOME_TOKEN)/);
  await kernel.execute('process.exit(1)');
  expect((await kernel.execute('process.env.SOME_TOKEN')).result).toBe("'abc123'");
  expect(shown(await kernel.execute('%env -GREETING'))).toEqual(['GREETING is not set.']);
});

test('%magics lists them; one that is not there is named with the nearest', async () => {
  expect(shown(await kernel.execute('%magics'))[0]).toContain('%install');
  const { error } = await kernel.execute('const ok = 1;\n  %whoo');
  expect(error).toMatchObject({ ename: 'MR4120' });
  expect(error?.evalue).toContain("Did you mean '%who'?");
  expect((error?.traceback as string[]).join('\n')).toContain(':2:3');
});

test('positions of errors beside magics are the cell’s', async () => {
  const { error } = await kernel.execute('%who\n%time 1 +\n  nope;\n%env A=1');
  expect(error).toMatchObject({ ename: 'TS2304' });
  expect((error?.traceback as string[]).join('\n')).toContain(':3:3');
  const thrown = await kernel.execute('%env A=1\n%time (() => { throw new Error("here") })()');
  expect((thrown.error?.traceback as string[]).join('\n')).toMatch(/:2:\d+[\s\S]*%time/);
});

test('%install puts a package beside the notebook; the next cell has its types', async () => {
  const source = join(directory, 'source');
  mkdirSync(source);
  const manifest = { name: 'tiny-sum', version: '1.2.3', main: 'index.js', types: 'index.d.ts' };
  writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(source, 'index.js'), 'exports.sum = (a, b) => a + b;\n');
  writeFileSync(join(source, 'index.d.ts'), 'export function sum(a: number, b: number): number;\n');
  execFileSync('tar', [
    '-czf',
    join(directory, 'tiny-sum.tgz'),
    '-C',
    directory,
    '--transform',
    's/^source/package/',
    'source',
  ]);
  const early = await kernel.execute("import { sum } from 'tiny-sum';");
  expect(early.error?.evalue).toContain('%install tiny-sum');
  const answer = await kernel.execute('%install file:./tiny-sum.tgz');
  expect(answer.error).toBeNull();
  expect(shown(answer)).toEqual([expect.stringMatching(/^Installed .*tiny-sum.* in /)]);
  const used = await kernel.execute(
    "import { sum } from 'tiny-sum';\nconst total: number = sum(1, 2);\ntotal",
  );
  expect(used.result).toBe('3');
  expect((await kernel.execute("sum('a', 2)")).error).toMatchObject({ ename: 'TS2345' });
}, 120_000);

test('%install says plainly what is wrong, and is interrupted', async () => {
  const none = await kernel.execute('%install');
  expect(none.error?.evalue).toContain('MR4125');
  expect((await kernel.execute('%install --global x')).error?.evalue).toContain('MR4125');
  const missing = await kernel.execute('%install file:./none.tgz');
  expect(missing.error?.evalue).toMatch(/MR4126[\s\S]*none\.tgz/);
  await kernel.execute('%env npm_config_registry=http://10.255.255.1/');
  const id = kernel.startCell('%install some-package-that-hangs');
  await kernel.until(() => kernel.of(id).find(message => message.type === 'display_data'), 'the start');
  await kernel.interrupt();
  expect((await kernel.finished(id)).error).toMatchObject({ ename: 'Interrupted' });
  expect((await kernel.execute('6 * 7')).result).toBe('42');
}, 120_000);

test('magics complete, are inspected, and tell whether they are complete', async () => {
  const complete = async (code: string) => {
    const { content } = await kernel.ask('complete_request', { code, cursor_pos: code.length });
    return [content.matches, content.cursor_start, content.cursor_end];
  };
  expect(await complete('%w')).toEqual([['%who'], 0, 2]);
  expect(await complete('%%')).toEqual([['%%html', '%%md', '%%sql', '%%time'], 0, 2]);
  expect(await complete('let a = 1;\n  %in')).toEqual([['%install'], 13, 16]);
  expect((await complete('let a = 1\n%in'))[0]).not.toContain('%install');
  const typed = 'const word = "x";\n%time word.toUpp';
  expect((await complete(typed))[0]).toEqual(['toUpperCase']);
  const inspected = await kernel.ask('inspect_request', { code: '%who', cursor_pos: 2, detail_level: 0 });
  expect(JSON.stringify(inspected.content)).toContain('Lists the names');
  const isComplete = async (code: string) =>
    (await kernel.ask('is_complete_request', { code })).content.status;
  expect(await isComplete('%who')).toBe('complete');
  expect(await isComplete('%%html\n<b>')).toBe('incomplete');
  expect(await isComplete('%%html\n<b>\n')).toBe('complete');
  expect(await isComplete('%time f(')).toBe('incomplete');
});

test('a percent sign that is an operator stays one', async () => {
  expect((await kernel.execute('const aa = 7, bb = 4;\naa\n%bb')).result).toBe('3');
  expect((await kernel.execute('const text = `\n%who\n`;\n/*\n%who\n*/\ntext')).result).toBe('\n%who\n');
  const { error } = await kernel.execute('const cc = 1\n%who');
  expect(error?.evalue).toContain('semicolon');
});

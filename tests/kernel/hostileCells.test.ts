import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start({ env: { MILLRACE_INTERRUPT_KILL_SECONDS: '2' } });
  await kernel.execute('let n = 41');
}, 60_000);
afterAll(() => kernel.shutdown());

const THROWN: readonly (readonly [what: string, code: string, text: RegExp])[] = [
  [
    'an error whose message throws',
    'throw Object.defineProperty(new Error("x"), "message", { get() { throw 1 } })',
    /Error/,
  ],
  [
    'an error whose name is no text',
    'throw Object.assign(new Error("kept"), { name: Object.create(null) })',
    /kept/,
  ],
  [
    'a Proxy that answers nothing',
    'throw new Proxy(new Error("x"), { get() { throw 1 }, getPrototypeOf() { throw 2 } })',
    /Thrown/,
  ],
  [
    'a value whose text throws',
    'throw { [Symbol.for("nodejs.util.inspect.custom")]() { throw 1 } }',
    /cannot be made/,
  ],
  [
    'a cause without a text',
    'throw new Error("kept", { cause: Object.assign(new Error(), { name: Symbol("s") }) })',
    /kept[^]*Caused by/,
  ],
  [
    'causes in a circle',
    'const a = new Error("first"), b = new Error("second", { cause: a }); a.cause = b; throw a',
    /first[^]*Caused by.*second/,
  ],
  ['no list of errors', 'throw Object.assign(new AggregateError([], "kept"), { errors: 5 })', /kept/],
];

describe('what a cell throws', () => {
  test.each(THROWN)('is shown, and the kernel goes on: %s', async (_, code, text) => {
    const { error } = await kernel.execute(code);
    expect((error?.traceback as string[]).join('\n')).toMatch(text);
    expect((await kernel.execute('n')).result).toBe('41');
  });

  test('is shown with all its causes, each with its place', async () => {
    const { error } = await kernel.execute(
      'const inner = new RangeError("innermost");\nthrow new Error("outer", { cause: new TypeError("middle", { cause: inner }) })',
    );
    // eslint-disable-next-line no-control-regex -- colours
    const lines = (error?.traceback as string[]).map(line => line.replace(/\u001b\[\d+m/g, ''));
    expect(lines.filter(line => line.startsWith('Caused by'))).toEqual([
      expect.stringMatching(/^Caused by TypeError: middle at Cell \[\d+\]:2:/),
      expect.stringMatching(/^Caused by RangeError: innermost at Cell \[\d+\]:1:15$/),
    ]);
  });

  test('and what cannot be shown points at its line', async () => {
    const { error } = await kernel.execute("import { replay } from 'millrace';\n\nreplay('none.csv')");
    // eslint-disable-next-line no-control-regex -- colours
    const lines = (error?.traceback as string[]).map(line => line.replace(/\u001b\[\d+m/g, ''));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}Cell \[\d+\]:3:1$/));
    expect(lines).toContain("  3 | replay('none.csv')");
  });

  test('names no frame of ours where TypeScript has to give up', async () => {
    const { error } = await kernel.execute('('.repeat(50_000));
    expect(error?.evalue).toContain('MR4193');
    expect(JSON.stringify(error?.traceback)).not.toMatch(/\.[cm]?js/);
    expect((await kernel.execute('n')).result).toBe('41');
  });

  test('is cut where it is long, and so is its line', async () => {
    const { error } = await kernel.execute(
      `/* ${'y'.repeat(5000)} */ throw new Error("long " + "x".repeat(5_000_000))`,
    );
    expect(JSON.stringify(error).length).toBeLessThan(100_000);
    expect(error?.evalue).toMatch(/^long x+… 4,9\d\d,\d\d\d more characters$/);
    expect((error?.traceback as string[]).some(line => line.includes('throw new Error('))).toBe(true);
  });
});

describe('an interrupt', () => {
  test.each(['(() => { while (true) {} })()', 'new Promise(() => {})'])(
    'ends a user expression: %s',
    async code => {
      const id = kernel.startCell('n', { user_expressions: { endless: code, after: 'n' } });
      await kernel.until(() => kernel.of(id).find(({ type }) => type === 'execute_result'), 'the result');
      await new Promise(resolve => setTimeout(resolve, 300));
      await kernel.interrupt();
      const { reply } = await kernel.finished(id, 10_000);
      expect(reply.content.user_expressions).toMatchObject({
        endless: { status: 'error', ename: 'Interrupted' },
        after: { status: 'error', ename: 'Interrupted' },
      });
      expect((await kernel.execute('n')).result).toBe('41');
    },
  );

  test('ends the process of a cell that takes the kernel’s listeners away, and the next one runs', async () => {
    const deaf = 'process.listeners("message").forEach(each => process.off("message", each)); 0';
    await kernel.execute(deaf, { allow_stdin: true });
    const id = kernel.startCell('1');
    await new Promise(resolve => setTimeout(resolve, 500));
    await kernel.interrupt();
    expect((await kernel.finished(id, 15_000)).error).toMatchObject({ ename: 'RunnerEnded' });
    expect((await kernel.execute('1 + 1')).result).toBe('2');
  });
});

test('a cell that takes all listeners of its process away leaves those of the kernel', async () => {
  await kernel.execute('process.removeAllListeners(); 0');
  expect((await kernel.execute('1 + 1')).result).toBe('2');
});

describe('what a cell writes', () => {
  test('into the pipe of the kernel itself ends its process, not the kernel', async () => {
    const { error } = await kernel.execute(
      'import { writeSync } from "node:fs";\nwriteSync(4, "garbage, garbage and garbage");\nawait new Promise(() => {})',
    );
    expect(error).toMatchObject({
      ename: 'RunnerEnded',
      evalue: expect.stringContaining('file descriptor 4'),
    });
    expect((await kernel.execute('1 + 1')).result).toBe('2');
  });

  test('as bytes is not broken within a character', async () => {
    const { stdout } = await kernel.execute(
      'for (const byte of Buffer.from("naïve 😀\\n")) process.stdout.write(Buffer.from([byte]));',
    );
    expect(stdout).toBe('naïve 😀\n');
  });
});

import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { JupyterClient, KERNEL_MAIN } from '../support/jupyterClient.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-snapshot-'));
const env = { MILLRACE_SNAPSHOT: folder };
const makeSnapshot = (): Promise<unknown> =>
  promisify(execFile)(process.execPath, [join(dirname(KERNEL_MAIN), 'language', 'snapshot', 'build.js')], {
    env: { ...process.env, ...env },
  });
const blob = (): string | undefined => readdirSync(folder).find(name => name.endsWith('.blob'));

let kernel: JupyterClient;
beforeAll(makeSnapshot, 180_000);
afterEach(() => kernel.shutdown());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command line of the language process, and its id. */
function language(): { pid: number; command: string } | undefined {
  for (const name of readdirSync('/proc').filter(each => /^\d+$/.test(each))) {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (parent === kernel.process.pid && command.includes('language/main.js'))
        return { pid: Number(name), command };
    } catch {
      // It has ended meanwhile.
    }
  }
  return undefined;
}

async function knowsTypes(): Promise<void> {
  const wrong = await kernel.execute(
    "import { readFileSync } from 'node:fs';\nimport { replay } from 'millrace';\nconst n: number = readFileSync('x', 'utf8')",
  );
  expect(wrong.error).toMatchObject({ ename: 'TS2322' });
  await kernel.execute("const parts = ['a', 'b'].map(part => part.toUpperCase())");
  expect((await kernel.execute('parts')).result).toBe("[ 'A', 'B' ]");
  const { content } = await kernel.ask('complete_request', { code: 'parts.jo', cursor_pos: 8 });
  expect(content.matches).toEqual(['join']);
}

test.skipIf(process.platform !== 'linux')(
  'a kernel starts from the snapshot, and checks as without',
  async () => {
    expect(blob()).toBeDefined();
    kernel = await JupyterClient.start({ env });
    await knowsTypes();
    expect(language()?.command).toContain('--snapshot-blob');
  },
  180_000,
);

test('without one it starts from its files', async () => {
  kernel = await JupyterClient.start({ env: { MILLRACE_SNAPSHOT: 'off' } });
  await knowsTypes();
});

type Mark = [path: string, savedAt: number, bytes: number];

/** Changes what is kept of the files of the snapshot. */
function mark(change: (marks: Mark[]) => Mark[]): void {
  const path = join(folder, `${blob()}.json`);
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')) as Mark[])));
}

test.skipIf(process.platform !== 'linux')(
  'a snapshot that is cut off, or of files that have changed since, is not used, and made anew',
  async () => {
    const file = join(folder, blob() as string);
    const older = () =>
      mark(([own, [path, savedAt, bytes], ...more]) => [own, [path, savedAt - 1, bytes], ...more]);
    for (const spoil of [older, () => truncateSync(file, 1_000_000)]) {
      spoil();
      kernel = await JupyterClient.start({ env });
      await kernel.execute('1');
      expect(language()?.command).not.toContain('--snapshot-blob');
      await kernel.shutdown();
      await makeSnapshot();
    }
    kernel = await JupyterClient.start({ env });
    await kernel.execute('1');
    expect(language()?.command).toContain('--snapshot-blob');
  },
);

test.skipIf(process.platform !== 'linux')(
  'a snapshot that Node refuses is thrown away, and the cell that waits for it runs',
  async () => {
    const file = join(folder, blob() as string);
    writeFileSync(file, readFileSync(file).fill(0, 0, 4096));
    mark(([[path, , bytes], ...others]) => [[path, statSync(file).mtimeMs, bytes], ...others]);
    kernel = await JupyterClient.start({ env });
    expect((await kernel.execute('6 * 7')).result).toBe('42');
    // A new one may have been made meanwhile.
    expect(existsSync(file) && readFileSync(file)[0] === 0).toBe(false);
    await makeSnapshot();
  },
);

test.skipIf(process.platform !== 'linux')(
  'a language process that is killed is told at the cell, and another one takes its place',
  async () => {
    kernel = await JupyterClient.start({ env });
    await kernel.execute('const before = 1');
    process.kill(language()?.pid as number, 'SIGSTOP');
    const id = kernel.startCell('1 + 1');
    await kernel.until(() => kernel.of(id).find(({ type }) => type === 'execute_input'), 'the cell to start');
    process.kill(language()?.pid as number, 'SIGKILL');
    const { error } = await kernel.finished(id);
    expect(error).toMatchObject({ ename: 'LanguageError' });
    expect(error?.evalue).toContain('SIGKILL');
    expect((await kernel.execute('2 + 2')).result).toBe('4');
    expect((await kernel.execute('before')).error).toMatchObject({ ename: 'TS2304' });
    expect((await kernel.execute('const before = 5; before')).result).toBe('5');
  },
);

test('what was left behind by one that was ended is removed', async () => {
  const left = join(folder, 'making-before');
  const young = join(folder, 'making-now');
  for (const made of [left, young]) mkdirSync(made);
  utimesSync(left, 0, 0);
  for (const name of readdirSync(folder).filter(each => each.includes('.blob'))) rmSync(join(folder, name));
  await makeSnapshot();
  expect([existsSync(left), existsSync(young), blob() !== undefined]).toEqual([false, true, true]);
}, 180_000);

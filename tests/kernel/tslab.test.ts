import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { JupyterClient, type Answer } from '../support/jupyterClient.js';

/** Notebooks as people write them for tslab 1.0.22. */
const NOTEBOOKS = fileURLToPath(new URL('tslab', import.meta.url));
const TSLAB = dirname(createRequire(import.meta.url).resolve('tslab/package.json'));

const KERNELS: Readonly<Record<string, readonly string[] | undefined>> = {
  tslab: [process.execPath, join(TSLAB, 'bin', 'tslab'), 'kernel', '--config-path={connection_file}'],
  millrace: undefined,
};

const clients = new Map<string, JupyterClient>();
const folder = mkdtempSync(join(tmpdir(), 'millrace-tslab-'));
beforeAll(async () => {
  // tslab knows no `console` without the types of Node beside the notebook.
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const [name, command] of Object.entries(KERNELS)) {
    clients.set(name, await JupyterClient.start({ directory: folder, command }));
  }
}, 120_000);
afterAll(() => {
  for (const client of clients.values()) client.dispose();
  rmSync(folder, { recursive: true, force: true });
});

interface Cell {
  readonly cell_type: string;
  readonly source: string;
}

/** What a cell has put out: its texts in order, and its displays with their changes. */
interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly displays: readonly unknown[];
}

/** tslab prints the value of a cell; a kernel after the protocol gives it as the result, in which a text has quotes. */
function outputOf(answer: Answer, ids: Map<unknown, number>): Output {
  const result = answer.result === null ? '' : `${answer.result.replace(/^(['"])(.*)\1$/s, '$2')}\n`;
  const displays = answer.published
    .filter(({ type }) => /display_data$/.test(type))
    .map(({ type, content }) => {
      const id = (content.transient as { display_id?: unknown } | undefined)?.display_id;
      if (id !== undefined && !ids.has(id)) ids.set(id, ids.size);
      return [type, content.data, id === undefined ? null : ids.get(id)];
    });
  const text = (part: string): string => stripVTControlCharacters(part);
  return { stdout: text(answer.stdout + result), stderr: text(answer.stderr), displays };
}

async function run(kernel: string, cells: readonly Cell[]): Promise<Output[]> {
  const client = clients.get(kernel) as JupyterClient;
  const ids = new Map<unknown, number>();
  const outputs: Output[] = [];
  for (const { source } of cells) {
    const answer = await client.execute(source);
    expect([source, answer.reply.content.status, answer.error]).toEqual([source, 'ok', null]);
    outputs.push(outputOf(answer, ids));
  }
  return outputs;
}

test.each(readdirSync(NOTEBOOKS))(
  'the notebook %s puts out what it does in tslab',
  async name => {
    const { cells } = JSON.parse(readFileSync(join(NOTEBOOKS, name), 'utf8')) as { cells: Cell[] };
    const expected = await run('tslab', cells);
    const own = await run('millrace', cells);
    for (const [i, { source }] of cells.entries()) {
      expect({ source, ...own[i] }).toEqual({ source, ...expected[i] });
    }
    // What is compared is there.
    expect(
      expected.filter(({ stdout, displays }) => stdout !== '' || displays.length > 0).length,
    ).toBeGreaterThan(3);
  },
  120_000,
);

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { venvEnvironment } from '../../../scripts/lib/jupyter.mjs';

const MINUTES = 30;
const SYMBOLS = ['AAPL', 'MSFT'];

/** How many bars of a minute `QUERY` has in the end. */
export const BARS = 2 * MINUTES;

/** Bars of trades of two symbols over half an hour, in a replay. */
export const QUERY = `import { clock, count, last, replay, sum, tumble } from 'millrace';
const trades = replay('trades.csv', { name: 'trades', time: 'ts' });
const bars = trades.window(tumble('1 min')).groupBy('symbol')
  .aggregate(t => ({ close: last(t.price), volume: sum(t.size), n: count() }));`;

/** The trades that `QUERY` reads, six a minute. */
export function writeTrades(directory: string): void {
  const rows = Array.from({ length: MINUTES * 6 }, (_, i) => {
    const at = new Date(Date.UTC(2024, 0, 2, 14, 30) + i * 10_000).toISOString();
    return `${at},${SYMBOLS[i % 2]},${100 + (i % 7)},${1 + (i % 5)}`;
  });
  writeFileSync(join(directory, 'trades.csv'), `ts,symbol,price,size\n${rows.join('\n')}\n`);
}

/** A folder of its own, outside the checkout: cells find no package there but the kernel's. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-home-'));
  mkdirSync(join(folder, 'config'));
  return folder;
}

export interface Cell {
  readonly source: string;
  readonly tags?: readonly string[];
}

/** Writes a notebook of these cells. */
export function writeNotebook(path: string, cells: readonly (string | Cell)[]): void {
  const notebook = {
    cells: cells
      .map(cell => (typeof cell === 'string' ? { source: cell } : cell))
      .map(({ source, tags = [] }: Cell, index) => ({
        cell_type: 'code',
        id: `cell-${index}`,
        metadata: { tags },
        execution_count: null,
        source,
        outputs: [],
      })),
    metadata: {
      kernelspec: { name: 'millrace', display_name: 'TypeScript (Millrace)', language: 'typescript' },
      language_info: { name: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(path, JSON.stringify(notebook));
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** An environment whose Jupyter reads and writes no settings of the user's. */
export function homeEnvironment(
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const config = join(folder, 'config');
  return {
    ...venvEnvironment(),
    JUPYTER_CONFIG_DIR: config,
    JUPYTER_DATA_DIR: config,
    JUPYTER_RUNTIME_DIR: config,
    JUPYTER_PREFER_ENV_PATH: '1',
    MILLRACE_HISTORY: 'off',
    ...more,
  };
}

/** Runs a program in a folder to its end; `input` is what is typed. Its stdout and stderr come together. */
export async function run(
  command: string,
  args: readonly string[],
  {
    cwd,
    env,
    input,
  }: { readonly cwd: string; readonly env: Record<string, string>; readonly input?: string },
): Promise<Ran> {
  const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (output += String(data)));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output };
}

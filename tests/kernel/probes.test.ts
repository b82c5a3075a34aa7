import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start();
}, 60_000);
afterAll(() => kernel.shutdown());

/**
 * What other kernels were probed for before this one was written (`docs/decisions/0001-own-kernel.md` has what came of it), and the test
 * of each row here: a file of this folder, and the beginning of its title.
 */
const ROWS: Readonly<Record<string, readonly (readonly [file: string, title: string])[]>> = {
  // The protocol
  'silent cells': [['messages', 'a silent cell shows nothing and counts for nothing']],
  'cells that are not kept in the history': [['messages', 'a cell that is not to be kept does not count']],
  'user expressions': [['messages', 'user expressions are evaluated after the cell']],
  'stop_on_error, and the word aborted': [['messages', 'an error aborts the cells that wait, unless they']],
  comm_info: [['comms', 'a replay bar gets the state of the clock']],
  'comm_open of an unknown target': [['comms', 'a comm of an unknown target is refused']],
  history: [['messages', 'the history answers tail, range and search']],
  connect: [['probes', 'connect_request names the ports']],
  'debug and subshells': [['protocol', 'kernel_info names the protocol, help and no feature']],
  interrupt_request: [['interrupt', 'a loop %s is interrupted, and variables are kept']],
  update_display_data: [['protocol', 'output is cleared at once, or when the next one comes, and replaced']],
  'output of child processes': [['output', 'what child processes write to the inherited streams arrives']],
  'heartbeat and control during a loop': [['interrupt', 'a loop %s is interrupted, and variables are kept']],
  'stdin requests': [['protocol', 'a cell asks for input, with a password too']],
  'the tests of jupyter_kernel_test': [['conformance', 'jupyter_kernel_test finds nothing to complain of']],
  // Output that is lost
  '500 and 5,000 lines, and idle after them': [['probes', '%i lines all arrive, and the kernel is idle']],
  '20,000 lines': [['output', '20,000 lines all arrive, in order, in few messages']],
  // Forms of the language and packages
  'forms of the language, ws, vega-lite and danfojs': [
    ['languageProbes', 'a cell takes $row'],
    ['languageProbes', 'the types of %s find what is wrong'],
  ],
  'danfojs headless': [['display', 'DataFrames are tables, their plots charts']],
  'declarations from cell to cell': [['transcript', 'declarations persist from cell to cell']],
  // Interrupts: each loop is a row there
  'sync, nested try, regular expression, Atomics.wait': [
    ['interrupt', "['sync', "],
    ['interrupt', "['with catch and finally', "],
    ['interrupt', "['in a regular expression', "],
    ['interrupt', "['waiting for memory', "],
  ],
  'microtask loop': [['interrupt', "['of microtasks', "]],
  'loop in a timer': [['interrupt', "['in a timer', "]],
  'sync loop after await': [['interrupt', "['after an await', "]],
  'execSync of a sleep': [['interrupt', 'a child process that is waited for is stopped']],
  'setTimeout await loop': [
    ['interrupt', "['of timers', "],
    ['interrupt', "['of promised timers', "],
  ],
  'await of a promise that never settles': [['interrupt', "['that never settles', "]],
  // Comms
  '100 KB and 1 MB frames, 60 and 600 a second, and a burst': [
    ['commFrames', 'of frames of %i bytes, %i times a second'],
  ],
};

test.each(Object.entries(ROWS))('%s: has its test', (_, tests) => {
  for (const [file, title] of tests) {
    const text = readFileSync(fileURLToPath(new URL(`${file}.test.ts`, import.meta.url)), 'utf8');
    expect(text.includes(title) ? title : `nothing in ${file} is called ${title}`).toBe(title);
  }
});

test('connect_request names the ports', async () => {
  const { type, content } = await kernel.ask('connect_request', {});
  expect(type).toBe('connect_reply');
  const ports = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'].map(
    name => content[name],
  );
  expect(new Set(ports.filter(port => typeof port === 'number' && port > 0)).size).toBe(5);
});

test.each([500, 5_000])('%i lines all arrive, and the kernel is idle after them', async count => {
  const answer = await kernel.execute(`for (let i = 0; i < ${count}; i++) console.log(i)`);
  expect(answer.stdout).toBe(Array.from({ length: count }, (_, i) => `${i}\n`).join(''));
  expect(answer.published.at(-1)?.content.execution_state).toBe('idle');
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start();
}, 60_000);
afterAll(() => kernel.shutdown());

const SOURCES: readonly (readonly [string, string, string])[] = [
  ['a timer', 'setTimeout(() => { throw new Error("late one") }, WAIT); 0', 'late one'],
  ['a promise', 'void (async () => { await sleep(WAIT); throw new Error("late one") })(); 0', 'late one'],
  [
    'a microtask',
    'setTimeout(() => queueMicrotask(() => { throw new Error("late one") }), WAIT); 0',
    'late one',
  ],
  ['a stream', 'setTimeout(() => createReadStream("/none/of/this"), WAIT); 0', 'ENOENT'],
  [
    'an emitter',
    'setTimeout(() => new EventEmitter().emit("error", new Error("late one")), WAIT); 0',
    'late one',
  ],
  ['a process', 'setTimeout(() => spawn("/none/of/this"), WAIT); 0', 'ENOENT'],
];

test.each(SOURCES)(
  'what %s does later is shown at its cell, while another one runs',
  async (_, code, text) => {
    await kernel.execute(
      'import { setTimeout as sleep } from "node:timers/promises";\nimport { createReadStream } from "node:fs";\nimport { EventEmitter } from "node:events";\nimport { spawn } from "node:child_process";',
    );
    const id = kernel.startCell(code.replace('WAIT', '150'));
    const other = kernel.startCell('await sleep(500); console.log("own")');
    await kernel.finished(id);
    const answer = await kernel.finished(other);
    expect(answer.stdout + answer.stderr).toBe('own\n');
    const shown = await kernel.until(
      () =>
        kernel
          .of(id)
          .find(message => message.type === 'stream' && String(message.content.text).includes(text)),
      'what it does',
    );
    expect(shown).toBeDefined();
    expect((await kernel.execute('1 + 1')).result).toBe('2');
  },
);

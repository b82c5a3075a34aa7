import { styleText } from 'node:util';

/**
 * Runs one step of the set-up and prints one line for it, with its time. `work` returns false where there was
 * nothing to do.
 */
export async function step(title, work) {
  const begun = performance.now();
  try {
    const done = await work();
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    line(done === false ? 'ok' : 'done', title, done === false ? 'nothing to do' : `${seconds} s`);
    return done;
  } catch (error) {
    line('failed', title, `${((performance.now() - begun) / 1000).toFixed(1)} s`);
    throw error;
  }
}

const COLOURS = { ok: 'gray', done: 'green', failed: 'red', skipped: 'yellow' };

/** One line of progress: a word, what it is about, and a note. */
export function line(word, title, note) {
  const coloured = process.stdout.isTTY ? styleText(COLOURS[word] ?? 'gray', word.padEnd(7)) : word.padEnd(7);
  console.log(`  ${coloured} ${title}${note === '' ? '' : `  (${note})`}`);
}

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';
import { endTree } from './processTree.mjs';

/** What a program has left running may hold its output open for ever: so long is waited for what was printed last. */
const LAST_WORDS = 5000;

/**
 * Runs a program to its end and returns `{ code, output, silent }`, stdout and stderr together; code is null where it
 * could not be started. With `log`, the output is also kept in `.cache/logs/<log>.log`. With `patience`, in seconds, a
 * program that prints nothing for so long is ended, with all that it has started, and `silent` is true.
 */
export function run(
  command,
  args,
  { cwd = ROOT, env = process.env, log = null, shell = false, patience = Infinity } = {},
) {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    // Counted, not taken from a clock: a machine that stood still did not hear anything either.
    let quiet = 0;
    let silent = false;
    const ticks = setInterval(() => {
      if (silent || ++quiet < patience) return;
      silent = true;
      endTree(child.pid);
    }, 1000);
    let lastWords;
    const finish = code => {
      clearInterval(ticks);
      clearTimeout(lastWords);
      const output = Buffer.concat(chunks).toString();
      if (log !== null) {
        mkdirSync(join(CACHE, 'logs'), { recursive: true });
        writeFileSync(logFile(log), output);
      }
      resolve({ code, output, silent });
    };
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', chunk => {
        quiet = 0;
        chunks.push(chunk);
      });
    child.on('error', error => {
      chunks.push(Buffer.from(String(error)));
      finish(null);
    });
    child.on('exit', () => {
      lastWords = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, LAST_WORDS);
    });
    child.on('close', code => finish(code ?? 1));
  });
}

export function logFile(name) {
  return join(CACHE, 'logs', `${name}.log`);
}

/** The last lines of an output that say something. */
export function tail(output, lines = 15) {
  return output
    .split('\n')
    .filter(text => text.trim() !== '')
    .slice(-lines)
    .join('\n');
}

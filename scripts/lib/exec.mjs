import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';

/**
 * Runs a program to its end and returns `{ code, output }`, stdout and stderr together; code is null where it could
 * not be started. With `log`, the output is also kept in `.cache/logs/<log>.log`.
 */
export function run(command, args, { cwd = ROOT, env = process.env, log = null, shell = false } = {}) {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    const finish = code => {
      const output = Buffer.concat(chunks).toString();
      if (log !== null) {
        mkdirSync(join(CACHE, 'logs'), { recursive: true });
        writeFileSync(logFile(log), output);
      }
      resolve({ code, output });
    };
    child.stdout.on('data', chunk => chunks.push(chunk));
    child.stderr.on('data', chunk => chunks.push(chunk));
    child.on('error', error => {
      chunks.push(Buffer.from(String(error)));
      finish(null);
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

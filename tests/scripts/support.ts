import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../support/checkout.js';

/** A copy of the checkout that holds only what the scripts read: nothing is installed or built in it. */
export function bareCheckout({ npmInstalled }: { npmInstalled: boolean }): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-checkout-'));
  const lock = join('node_modules', '.package-lock.json');
  const kept = [
    'package.json',
    'package-lock.json',
    '.npmrc',
    '.ci',
    'scripts',
    ...(npmInstalled ? [lock] : []),
  ];
  for (const path of kept) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  for (const name of ['protocol', 'engine', 'kernel', 'ui', 'extension', 'notebooks', 'tests', 'bench']) {
    if (!existsSync(join(ROOT, name, 'package.json'))) continue;
    mkdirSync(join(folder, name));
    cpSync(join(ROOT, name, 'package.json'), join(folder, name, 'package.json'));
  }
  return folder;
}

/** A folder of programs made of shell text, to be all that `PATH` has. */
export function fakePrograms(programs: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-path-'));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end with exactly this environment. */
export async function runIn(
  cwd: string,
  command: string,
  args: string[],
  env: Record<string, string>,
): Promise<Ended> {
  const child = spawn(command, args, { cwd, env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', data => (stdout += String(data)));
  child.stderr.on('data', data => (stderr += String(data)));
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code, stdout, stderr };
}

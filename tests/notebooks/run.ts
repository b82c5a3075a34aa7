import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { venvEnvironment } from '../../scripts/lib/jupyter.mjs';
import { ROOT } from '../support/checkout.js';
import type { SavedNotebook } from '../support/savedView.js';

export interface Executed {
  /** The folder of the notebook, with what its cells wrote. */
  readonly folder: string;
  readonly notebook: SavedNotebook;
  /** What nbconvert shows of it, without kernel and extension. */
  readonly html: string;
}

/** A folder of its own with the notebooks and nothing that they made before; cells find packages as in the checkout. */
export function notebooksFolder(): string {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const home = mkdtempSync(join(ROOT, '.cache', 'notebooks-'));
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'), 'junction');
  cpSync(join(ROOT, 'notebooks'), join(home, 'notebooks'), {
    recursive: true,
    filter: path => !path.startsWith(join(ROOT, 'notebooks', 'data')),
  });
  return home;
}

/** Executes one of the notebooks in such a folder with nbclient and the real kernel. */
export async function execute(home: string, name: string): Promise<Executed> {
  const folder = join(home, 'notebooks');
  const [result, html] = [join(home, `executed-${name}`), join(home, `${name}.html`)];
  const script = join(ROOT, 'tests', 'notebooks', 'execute.py');
  const child = spawn('python', [script, join(folder, name), result, html], { env: venvEnvironment() });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (said += String(data)));
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${said}`);
  return {
    folder,
    notebook: JSON.parse(readFileSync(result, 'utf8')) as SavedNotebook,
    html: readFileSync(html, 'utf8'),
  };
}

import { basename } from 'node:path';
import {
  parseBytes,
  parsedArgs,
  parseSpan,
  UsageError,
  type Command,
  type CommandContext,
} from './command.js';
import { kernelPackage } from './kernelPackage.js';

/** What the kernel's package has for this command. */
interface KernelExport {
  exportNotebook(
    notebook: string,
    options: { readonly out: string; readonly timeoutMs: number; readonly mostBytes: number },
    context: Pick<CommandContext, 'print' | 'note' | 'signal'> & { readonly directory: string },
  ): Promise<number>;
}

/** `millrace export`: a notebook as a page that replays. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'Makes a page of a notebook, in which its live views run again.',
  usage: `millrace export NOTEBOOK [-o PAGE.html] [--max 20MB] [--timeout 10min]

  The notebook is run from its first cell to its last, in its folder. The page is one HTML file with its
  text, its code and its outputs. Live tables, charts, texts and inputs run again in it, on the rows that
  they had, with the replay bar; it asks for nothing from anywhere.

  -o, --out FILE  where it is written (NOTEBOOK with .html)
  --max SIZE      how much the recordings may take in it (20MB)
  --timeout TIME  how long a cell may take (10min)

  Exit code 0; 1: there is a page, and what of it does not run is said; 2: there is none.`,
  async run(args, { world, print, note, signal }) {
    const { values, names } = parsedArgs(
      args,
      {
        out: { type: 'string', short: 'o' },
        max: { type: 'string', default: '20MB' },
        timeout: { type: 'string', default: '10min' },
      },
      ['NOTEBOOK'],
    );
    const [notebook] = names;
    const timeoutMs = parseSpan(values.timeout);
    if (!(timeoutMs > 0)) throw new UsageError('--timeout is longer than nothing.');
    const mostBytes = parseBytes(values.max);
    const out = values.out ?? `${basename(notebook).replace(/\.ipynb$/i, '')}.html`;
    const { exportNotebook } = await kernelPackage<KernelExport>('export', 'export', world.directory);
    const options = { out, timeoutMs, mostBytes };
    try {
      return await exportNotebook(notebook, options, { directory: world.directory, print, note, signal });
    } catch (error) {
      note(`millrace export: ${error instanceof Error ? error.message : String(error)}`);
      return 2;
    }
  },
};

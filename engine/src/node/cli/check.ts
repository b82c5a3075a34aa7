import { parsedArgs, parseSpan, UsageError, type Command, type CommandContext } from './command.js';
import { kernelPackage } from './kernelPackage.js';

/** What the kernel's package has for this command. */
interface KernelCheck {
  checkNotebooks(
    notebooks: readonly string[],
    options: {
      readonly timeoutMs: number;
      readonly update: boolean;
      readonly json: boolean;
      readonly prints: boolean;
    },
    context: Pick<CommandContext, 'print' | 'note' | 'signal'> & { readonly directory: string },
  ): Promise<number>;
}

/** `millrace check`: whether notebooks still give what was kept of them. */
export const checkCommand: Command = {
  name: 'check',
  summary: 'Runs notebooks and compares what they give with what was pinned and saved.',
  usage: `millrace check NOTEBOOK… [--update] [--timeout 10min] [--prints] [--json]

  Each notebook is run from its first cell to its last, in its folder, without a front end. Pinned files and
  results, and the tables and values that were saved in its outputs, have to be the same; times taken, rates
  and sizes in memory are not compared, nor are cells tagged 'volatile'. Differences are shown row by row.

  --update        write what is found into the notebooks and beside them, instead of comparing
  --timeout TIME  how long a cell may take (10min)
  --prints        compare what cells print, too
  --json          one JSON document of all that was found

  Exit code 0: all is the same; 1: something differs; 2: a notebook cannot be run.`,
  async run(args, { world, print, note, signal }) {
    const { values, names } = parsedArgs(
      args,
      {
        update: { type: 'boolean', default: false },
        timeout: { type: 'string', default: '10min' },
        prints: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
      ['NOTEBOOK…'],
    );
    const { update, json, prints } = values;
    const timeoutMs = parseSpan(values.timeout);
    if (!(timeoutMs > 0)) throw new UsageError('--timeout is longer than nothing.');
    const { checkNotebooks } = await kernelPackage<KernelCheck>('check', 'check', world.directory);
    const options = { timeoutMs, update, json, prints };
    return checkNotebooks(names, options, { directory: world.directory, print, note, signal });
  },
};

import { MillraceError } from 'millrace/session';
import type { DisplayFunction } from '../../display/types.js';
import type { Scope } from '../scope.js';
import { environment } from './env.js';
import { magicsHelp } from './help.js';
import { Installer } from './install.js';
import { Stopwatch } from './time.js';
import { who } from './who.js';

/** What magics need of the notebook. */
export interface MagicHooks {
  /** The notebook's folder, absolute. */
  readonly directory: string;
  readonly scope: Scope;
  readonly display: DisplayFunction;
  /** Told of environment variables that are set or removed. */
  readonly env?: (name: string, value: string | null) => void;
}

/** The magics of a notebook as rewritten cells call them. */
export interface Magics {
  /**
   * Runs a magic.
   *
   * @param args what follows its name in its line
   * @param body what follows that line, for magics of a whole cell
   * @param listed the notebook's names with their types, as JSON, for `who`
   */
  run(name: string, args: string, body: string, listed?: string): Promise<void>;
  /** Begins a timing. */
  time(key: number): void;
  /** Ends a timing, says how long it took, and gives the value back. */
  timed<Value>(key: number, value?: Value): Value | undefined;
  /** Ends what a magic does outside of this process: its cell was interrupted. */
  abandon(): void;
}

/** Makes the magics of a notebook. */
export function createMagics({ directory, scope, display, env = () => undefined }: MagicHooks): Magics {
  const installer = new Installer(directory, display);
  const watch = new Stopwatch();

  async function run(name: string, args: string, body: string, listed = '{}'): Promise<void> {
    switch (name) {
      case 'html':
        display(display.html(body));
        return;
      case 'md':
        display(display.markdown(body));
        return;
      case 'sql':
        throw new MillraceError(
          'MR4123',
          'Cells in SQL are not read yet: %%sql is kept for them.',
          'Write the query with the methods of streams and tables, e.g. trades.where(t => t.price.gt(100)), or with expr`…` inside them.',
        );
      case 'who':
        display(who(scope, JSON.parse(listed) as Record<string, string | null>));
        return;
      case 'env':
        display(environment(args, process.env, env));
        return;
      case 'install':
        return installer.install(args);
      default:
        display(magicsHelp(name === 'help'));
    }
  }

  return {
    run,
    time: key => watch.start(key),
    timed: (key, value) => {
      process.stdout.write(`${watch.stop(key)}\n`);
      return value;
    },
    abandon: () => installer.abandon(),
  };
}

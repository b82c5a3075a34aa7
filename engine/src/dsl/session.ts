import { ask } from '../session/ask.js';
import { sourcePlans, type Bindable } from './sourceMap.js';
import { sessionWindow } from './windows.js';

/** What `session` is beside a window: what all cells of a notebook share. */
interface NotebookSession {
  /**
   * Lets other sources stand for those of these names, in all cells: what is shown goes on over them, and so does what is made from here on. The names are those
   * that sources were given (`{ name: 'trades' }`), or those of their files; `null` goes back to what the cells say. A replay that declares no event time takes that of the
   * source that it stands for. All of it is done or nothing: error `MR5106` where a table would have other columns.
   *
   * @returns how many tables, charts and queries go on over other sources
   * @example await session.use({ trades: replay('trades-2024-03-08.parquet') })
   */
  use(sources: Readonly<Record<string, Bindable | null>>): Promise<{ readonly rebound: number }>;
}

/**
 * `session({ gap })` is a window: a group's rows that follow each other by `gap` or less; `session.use(…)` binds the sources of the notebook's session anew.
 *
 * @example trades.window(session({ gap: '5 min' })).groupBy('symbol').aggregate(t => ({ n: count(), volume: sum(t.size) }))
 */
export const session: typeof sessionWindow & NotebookSession = Object.assign(
  (...[options]: Parameters<typeof sessionWindow>) => sessionWindow(options),
  {
    use: async (sources: Parameters<NotebookSession['use']>[0]) =>
      ask({ type: 'use', sources: sourcePlans('session.use()', sources) }),
  },
);

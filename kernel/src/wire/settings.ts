import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the environment says about the kernel's limits. */
export interface Settings {
  /** Heap limits of the runner and the engine process in MB; null leaves Node's. */
  readonly runnerHeapMb: number | null;
  readonly engineHeapMb: number | null;
  /** How long a run without a front end waits for replays to end. */
  readonly settleMs: number;
  /** After an interrupt: when child processes are signalled too, and when the runner is ended. */
  readonly interruptSignalMs: number;
  readonly interruptKillMs: number;
  /** Where the history of cells outlives the kernel; null: nowhere. */
  readonly historyFile: string | null;
}

/** Reads the settings. Error for a value that is no positive number. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    runnerHeapMb: positive(env, 'MILLRACE_RUNNER_HEAP_MB'),
    engineHeapMb: positive(env, 'MILLRACE_ENGINE_HEAP_MB'),
    settleMs: (positive(env, 'MILLRACE_SETTLE_SECONDS') ?? 600) * 1000,
    interruptSignalMs: 5_000,
    interruptKillMs: (positive(env, 'MILLRACE_INTERRUPT_KILL_SECONDS') ?? 30) * 1000,
    historyFile: historyFile(env),
  };
}

/** `MILLRACE_HISTORY` names the file, or is `off`; else it is where the system has such files of a user. */
function historyFile(env: Readonly<Record<string, string | undefined>>): string | null {
  const named = env.MILLRACE_HISTORY;
  if (named === 'off') return null;
  if (named !== undefined && named !== '') return named;
  const home = homedir();
  const folders: Partial<Record<NodeJS.Platform, string>> = {
    win32: env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'),
    darwin: join(home, 'Library', 'Application Support'),
  };
  const folder = folders[process.platform] ?? env.XDG_STATE_HOME ?? join(home, '.local', 'state');
  return join(folder, 'millrace', 'history.jsonl');
}

function positive(env: Readonly<Record<string, string | undefined>>, name: string): number | null {
  const text = env[name];
  if (text === undefined || text === '') return null;
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new Error(`${name} must be a positive number, not '${text}'.`);
  return value;
}

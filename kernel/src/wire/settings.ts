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
}

/** Reads the settings. Error for a value that is no positive number. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    runnerHeapMb: positive(env, 'MILLRACE_RUNNER_HEAP_MB'),
    engineHeapMb: positive(env, 'MILLRACE_ENGINE_HEAP_MB'),
    settleMs: (positive(env, 'MILLRACE_SETTLE_SECONDS') ?? 600) * 1000,
    interruptSignalMs: 5_000,
    interruptKillMs: (positive(env, 'MILLRACE_INTERRUPT_KILL_SECONDS') ?? 30) * 1000,
  };
}

function positive(env: Readonly<Record<string, string | undefined>>, name: string): number | null {
  const text = env[name];
  if (text === undefined || text === '') return null;
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new Error(`${name} must be a positive number, not '${text}'.`);
  return value;
}

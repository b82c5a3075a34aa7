export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly log?: string | null;
  readonly shell?: boolean;
  /** Seconds. */
  readonly patience?: number;
}

export interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly silent: boolean;
}

export function run(command: string, args: readonly string[], options?: RunOptions): Promise<Ran>;

/** What tests use of `jupyter.mjs`. */
export interface Server {
  readonly url: string;
  readonly token: string;
  readonly port: number;
  readonly pid: number;
  get(path: string): Promise<unknown>;
  stop(): Promise<void>;
  /** What the server has written so far. */
  log(): string;
}

export function startServer(options?: {
  readonly root?: string;
  readonly extra?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
  /** The Python module that is started: Notebook 7 shares its server and its extensions with JupyterLab. */
  readonly program?: 'jupyterlab' | 'notebook';
  /** The Python environment that it is of; not given: the checkout's. */
  readonly venv?: string;
}): Promise<Server>;

export function freePort(): Promise<number>;

/** The environment of programs of the checkout's Python environment. */
export function venvEnvironment(more?: Readonly<Record<string, string>>): Record<string, string>;

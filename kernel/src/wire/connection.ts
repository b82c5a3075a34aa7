import { readFileSync, statSync } from 'node:fs';

/** The connection file that a Jupyter front end writes before it starts a kernel. */
export interface ConnectionInfo {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly signature_scheme: string;
  readonly shell_port: number;
  readonly control_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
}

/** The five channels of a kernel, by their names in the connection file. */
export type Channel = 'shell' | 'control' | 'iopub' | 'stdin' | 'hb';

export function readConnectionFile(path: string): ConnectionInfo {
  const info = JSON.parse(readFileSync(path, 'utf8')) as Partial<ConnectionInfo>;
  for (const field of ['shell_port', 'control_port', 'iopub_port', 'stdin_port', 'hb_port'] as const) {
    if (typeof info[field] !== 'number') {
      throw new Error(`The connection file ${path} has no ${field}; start the kernel through Jupyter.`);
    }
  }
  if (isReadableByOthers(path))
    console.error(
      `The connection file ${path} holds the key of this kernel, and others can read it: chmod 600.`,
    );
  return {
    transport: 'tcp',
    ip: '127.0.0.1',
    key: '',
    signature_scheme: 'hmac-sha256',
    ...info,
  } as ConnectionInfo;
}

/** Whoever reads the key can run code. Windows has no such modes. */
function isReadableByOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
}

/** The address to bind for a channel; ipc addresses carry the port after a dash, as Jupyter writes them. */
export function address(info: ConnectionInfo, channel: Channel): string {
  const port = info[`${channel}_port`];
  return info.transport === 'ipc' ? `ipc://${info.ip}-${port}` : `${info.transport}://${info.ip}:${port}`;
}

/**
 * The wire process of the kernel. It owns the sockets, never runs user code and never blocks; cells run in the runner
 * process and streams in the engine process, which both end when this one does.
 */
import { LanguageClient } from '../language/client.js';
import { readConnectionFile } from './connection.js';
import { Kernel } from './kernel.js';
import { MessageCodec } from './message.js';
import { readSettings } from './settings.js';
import { Sockets } from './sockets.js';

const PARENT_POLL_MS = 1_000;

async function main(connectionFile: string | undefined): Promise<void> {
  if (connectionFile === undefined)
    throw new Error('Usage: node main.js CONNECTION_FILE, as Jupyter starts it.');
  const info = readConnectionFile(connectionFile);
  const settings = readSettings(process.env);
  const codec = new MessageCodec(info.key, info.signature_scheme);
  const directory = process.cwd();
  const language = new LanguageClient(directory);
  const sockets = await Sockets.bind(info, codec);
  const kernel = new Kernel({ info, sockets, settings, directory, language, onExit: () => process.exit(0) });
  process.on('SIGINT', () => kernel.interrupt());
  process.on('SIGTERM', () => void kernel.shutdown());
  process.on('SIGHUP', () => void kernel.shutdown());
  process.on('uncaughtException', error => console.error(error));
  process.on('unhandledRejection', error => console.error(error));
  endWithParent(() => void kernel.shutdown());
}

/** A kernel whose server is gone would live for ever: nobody could reach it any more. */
function endWithParent(shutdown: () => void): void {
  if (process.env.JPY_PARENT_PID === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent || !isThere(parent)) shutdown();
  }, PARENT_POLL_MS).unref();
}

/** Whether a process lives. Windows gives no new parent to those that have lost theirs. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});

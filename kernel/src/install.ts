/**
 * Writes the kernelspec: `node install.js --prefix DIR` makes `DIR/share/jupyter/kernels/millrace/kernel.json`, which
 * starts this build of the kernel with the Node that runs this script.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { JUPYTER_PROTOCOL } from './wire/message.js';

/** The kernelspec of a kernel at `main`, started by the Node at `node`. */
export function kernelSpec(node: string, main: string): Record<string, unknown> {
  return {
    argv: [node, main, '{connection_file}'],
    display_name: 'TypeScript (Millrace)',
    language: 'typescript',
    interrupt_mode: 'message',
    metadata: {},
    kernel_protocol_version: JUPYTER_PROTOCOL,
  };
}

/** Writes the kernelspec below `prefix` and returns its folder. */
export function installKernelSpec(prefix: string): string {
  const folder = join(resolve(prefix), 'share', 'jupyter', 'kernels', 'millrace');
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'kernel.json'),
    `${JSON.stringify(kernelSpec(process.execPath, main), null, 2)}\n`,
  );
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { prefix: { type: 'string' } } });
  if (values.prefix === undefined) {
    console.error('Usage: node install.js --prefix DIR, such as the folder of a Python environment.');
    process.exit(2);
  }
  console.log(installKernelSpec(values.prefix));
}

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './command.js';

/** A part of the kernel's package, beside this one, else that of the project: it is found when it is needed, since scripts need no kernel. Error `MR5110` where there is none. */
export async function kernelPackage<Module>(
  part: 'check' | 'export',
  command: string,
  directory: string,
): Promise<Module> {
  for (const from of [import.meta.url, join(directory, 'package.json')]) {
    let path: string;
    try {
      path = createRequire(from).resolve(`@millrace/kernel/${part}`);
    } catch {
      continue;
    }
    return (await import(pathToFileURL(path).href)) as Module;
  }
  throw new UsageError(
    `${command} runs notebooks with the kernel, which is not installed here.`,
    'Install it: npm install @millrace/kernel',
    'MR5110',
  );
}

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A module of this folder, with all that it imports, as a script for a page. Any import of a Node built-in fails. */
export async function pageBundle(name: string): Promise<string> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    conditions: ['millrace-source', 'browser'],
    logLevel: 'silent',
  });
  return bundle.outputFiles[0]!.text;
}

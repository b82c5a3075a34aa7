import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A module, with all that it imports, as a script for a page. Any import of a Node built-in fails. */
export async function pageBundle(entry: URL): Promise<string> {
  const bundle = await build({
    entryPoints: [fileURLToPath(entry)],
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

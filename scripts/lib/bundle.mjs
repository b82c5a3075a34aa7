import { readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './paths.mjs';

const KERNEL = join(ROOT, 'kernel', 'dist');
/** What is put into the bundles: what is ours, and packages of many small modules. */
const BUNDLED = /^(millrace|@millrace\/protocol|@uwdata\/flechette|temporal-polyfill)(\/|$)/;
/** Cells import these too, and a process may have them only once. */
const SHARED_WITH_CELLS = { runner: /^(millrace|@uwdata\/flechette|temporal-polyfill)(\/|$)/ };

/**
 * Bundles what the kernel's processes start from, each into a folder of its own. Most packages of others stay where they are, and
 * so do the addresses by which modules find files beside them.
 */
export async function bundleProcesses() {
  const [{ build }, { PROCESSES, bundlePath, modulePath }] = await Promise.all([
    import('esbuild'),
    import(pathToFileURL(join(KERNEL, 'entries.js'))),
  ]);
  for (const name of PROCESSES) {
    const folder = dirname(join(KERNEL, bundlePath(name)));
    rmSync(folder, { recursive: true, force: true });
    await build({
      entryPoints: [join(KERNEL, modulePath(name))],
      outdir: folder,
      chunkNames: '[name]-[hash]',
      bundle: true,
      // What is loaded later stays in files of its own.
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      legalComments: 'inline',
      logLevel: 'error',
      plugins: [outside(SHARED_WITH_CELLS[name]), addresses(folder)],
    });
  }
}

/** Leaves out all but what is bundled, and of that what `shared` matches. */
function outside(shared) {
  return {
    name: 'outside',
    setup({ onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ kind, path }) => {
        if (kind === 'entry-point') return undefined;
        return BUNDLED.test(path) && shared?.test(path) !== true ? undefined : { path, external: true };
      });
    },
  };
}

/** Keeps a module's own address what it was. Where the engine's package lies beside the kernel's depends on how they were installed. */
function addresses(folder) {
  return {
    name: 'addresses',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('import.meta.url')) return undefined;
        const ours = !relative(KERNEL, path).startsWith('..');
        const from = ours ? folder : dirname(join(ROOT, 'engine', 'dist', 'session', 'index.js'));
        const base = ours
          ? 'import.meta.url'
          : "$pathToFileURL($createRequire(import.meta.url).resolve('millrace/session'))";
        const place = JSON.stringify(relative(from, path).replaceAll('\\', '/'));
        const head = [
          "import { createRequire as $createRequire } from 'node:module';",
          "import { pathToFileURL as $pathToFileURL } from 'node:url';",
          `const $address = new URL(${place}, ${base}).href;`,
        ];
        return { contents: `${head.join('\n')}\n${text.replaceAll('import.meta.url', '$address')}` };
      });
    },
  };
}

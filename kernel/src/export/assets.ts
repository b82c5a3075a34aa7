import { readFile } from 'node:fs/promises';
import { ExportError } from './error.js';

/** Where the build puts what runs in a page. */
const FOLDER = new URL('../page/', import.meta.url);
/** The same, from the sources. */
const BUILT = new URL('../../dist/page/', import.meta.url);

/** What runs in every page. */
export interface PageAssets {
  readonly engine: string;
  readonly page: string;
  readonly boot: string;
  readonly style: string;
}

/** The scripts and the style of pages. Error `MR8503` where they were not built. */
export async function pageAssets(): Promise<PageAssets> {
  const [engine, page, boot, style] = await Promise.all(
    ['engine.js', 'page.js', 'boot.js', 'page.css'].map(async name => {
      for (const folder of [FOLDER, BUILT]) {
        const text = await readFile(new URL(name, folder), 'utf8').catch(() => null);
        if (text !== null) return text.trimEnd();
      }
      throw new ExportError(
        'MR8503',
        `a part of exported pages is missing: ${name}.`,
        'In a checkout, build it: npm run build. Else install @millrace/kernel again.',
      );
    }),
  );
  return { engine, page, boot, style };
}

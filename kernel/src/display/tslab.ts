import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import type { DisplayData } from '../runner/contract.js';

/** The display of tslab 1.0.22: each method shows its content at once. */
interface TslabDisplay {
  javascript(text: string): void;
  html(text: string): void;
  markdown(text: string): void;
  latex(text: string): void;
  svg(text: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  text(text: string): void;
  raw(contentType: string, content: string | Uint8Array): void;
}

/** The public names of the module `tslab`. */
export interface Tslab {
  readonly versions: { readonly tslab: string; readonly typescript: string; readonly node: string };
  readonly display: TslabDisplay;
  newDisplay(): TslabDisplay;
}

/** The version whose names these are. */
const TSLAB = '1.0.22';

type Publish = (kind: 'display' | 'update', data: DisplayData) => void;

/** Makes the module `tslab` as notebooks that were written for it know it. */
export function createTslab(publish: Publish): Tslab {
  const { version } = createRequire(import.meta.url)('typescript/package.json') as { version: string };
  return {
    versions: { tslab: TSLAB, typescript: version, node: process.version },
    display: displayOf(publish, null),
    newDisplay: () => displayOf(publish, randomBytes(8).toString('hex')),
  };
}

/** @param displayId The one output that is written again and again; null for an output each time. */
function displayOf(publish: Publish, displayId: string | null): TslabDisplay {
  let isShown = false;
  const raw = (contentType: string, content: string | Uint8Array): void => {
    const text = content instanceof Uint8Array ? Buffer.from(content).toString('base64') : content;
    publish(isShown ? 'update' : 'display', { data: { [contentType]: text }, metadata: {}, displayId });
    isShown = displayId !== null;
  };
  const shown =
    <Content extends string | Uint8Array>(contentType: string) =>
    (content: Content): void =>
      raw(contentType, content);
  return {
    javascript: shown('text/javascript'),
    html: shown('text/html'),
    markdown: shown('text/markdown'),
    latex: shown('text/latex'),
    svg: shown('image/svg+xml'),
    png: shown('image/png'),
    jpeg: shown('image/jpeg'),
    gif: shown('image/gif'),
    pdf: shown('application/pdf'),
    text: shown('text/plain'),
    raw,
  };
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';

const STATIC = fileURLToPath(
  new URL('../../extension/python/millrace_jupyterlab/labextension/static/', import.meta.url),
);

/**
 * The size of the extension's code, each file packed.
 *
 * @param atStart the files that JupyterLab loads at its start, where that was looked at
 */
export function bundleSizes(atStart) {
  const files = readdirSync(STATIC).filter(name => name.endsWith('.js'));
  const size = names => {
    const packed = names.map(name => gzipSync(readFileSync(join(STATIC, name))).length);
    return packed.reduce((total, bytes) => total + bytes, 0) / 1024;
  };
  const all = { name: 'bundle, all', engine: 'millrace', gzip_kb: size(files) };
  return atStart === null
    ? [all]
    : [all, { name: 'bundle, at start', engine: 'millrace', gzip_kb: size(atStart) }];
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';

const STATIC = fileURLToPath(
  new URL('../../extension/python/millrace_jupyterlab/labextension/static/', import.meta.url),
);

/** The extension's files, as they are loaded: all of them, and what JupyterLab loads at its start. */
export function bundleSizes() {
  const files = readdirSync(STATIC).filter(name => name.endsWith('.js'));
  const size = names => {
    const packed = names.map(name => gzipSync(readFileSync(join(STATIC, name))).length);
    return packed.reduce((total, bytes) => total + bytes, 0) / 1024;
  };
  return [
    { name: 'bundle, all', engine: 'millrace', gzip_kb: size(files) },
    {
      name: 'bundle, at start',
      engine: 'millrace',
      gzip_kb: size(files.filter(name => name.startsWith('remoteEntry'))),
    },
  ];
}

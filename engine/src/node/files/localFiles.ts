import { resolve } from 'node:path';
import { SourceError } from '../../sources/error.js';
import { numberOption, textOption, type Options } from '../../sources/options.js';
import type { OpenSource, World } from '../../sources/source.js';
import { downloadedFile, MOST_DOWNLOAD_BYTES } from '../network/download.js';
import { fileError, shownPath } from '../paths.js';
import { checkedHash, checkHash } from './fileHash.js';
import { checkPin } from './pins.js';

/**
 * The options of a source with the path of a file on this machine: an address of the web is downloaded, once. Options: `path`; `hash` (SHA-256), which an
 * address needs; `maxBytes` of a download (2 GiB). Files that are pinned are checked. Errors `MR3811` to `MR3816`.
 *
 * @param opened opens what these options say: to tell which rows another file than the pinned one has
 */
export async function localFiles(
  options: Options,
  world: World,
  opened: (options: Options) => Promise<OpenSource>,
): Promise<Options> {
  const { hash: _hash, maxBytes: _most, ...rest } = options;
  const path = textOption(options, 'path', '');
  const hash = textOption(options, 'hash', '');
  if (/^https?:\/\//i.test(path)) {
    if (hash === '') {
      throw new SourceError(
        'MR3811',
        `'${path}' may be another file tomorrow, so that it needs the hash of the one that is meant.`,
        "Write replay('https://…', { hash: '…' }), with what `sha256sum` shows for it.",
      );
    }
    const most = numberOption(options, 'maxBytes', MOST_DOWNLOAD_BYTES, 1);
    return { ...rest, path: await downloadedFile(path, checkedHash(hash), most, world) };
  }
  if (path === '') return rest;
  const full = resolve(world.directory, path);
  try {
    if (hash !== '') await checkHash(full, shownPath(world.directory, full), hash);
    else await checkPin(full, world.directory, () => opened(rest));
  } catch (error) {
    throw error instanceof SourceError ? error : await fileError(error, world.directory, path);
  }
  return rest;
}

import { SourceError } from '../../sources/error.js';
import { textOption } from '../../sources/options.js';
import type { Options } from '../../sources/options.js';
import type { World } from '../../sources/source.js';

/** The path that a file sink writes. */
export function sinkPath(options: Options): string {
  const path = textOption(options, 'path', '');
  if (path === '')
    throw new SourceError('MR3603', 'a file to write has no path.', "Write file.parquet('trades.parquet').");
  return path;
}

/** A text that no other writer has. */
export function token(world: World): string {
  return Math.floor(world.random() * 2 ** 48).toString(36);
}

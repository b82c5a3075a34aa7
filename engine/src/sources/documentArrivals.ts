import { JsonDocument } from '../codecs/jsonDocument.js';
import type { DocumentShape } from '../codecs/jsonDocument.js';
import { JsonMessageDecoder } from '../codecs/jsonMessage.js';
import { parseJsonPath } from '../codecs/jsonPath.js';
import type { JsonPath } from '../codecs/jsonPath.js';
import type { ArrivalFormat } from './arrival.js';
import { SourceError } from './error.js';
import { textOption, textsOption } from './options.js';
import type { Options } from './options.js';

/**
 * Messages of JSON that hold rows somewhere inside. Options: `rows` (the way to them, such as 'features'), `fields` (columns by the ways to them in a row, such as
 * 'properties.mag'), `key` (columns that name a row: one that is as it was is not told again), `updated` (the column that changes when the row does).
 */
export const documentArrivals: ArrivalFormat = {
  name: 'document',
  fields: () => null,
  plain: (message, options) => new JsonDocument(documentShape(options)).list(message, 0, () => undefined),
  decoder: (schema, options, reject) => {
    const document = new JsonDocument(documentShape(options));
    let messages = 0;
    const decoder = new JsonMessageDecoder(schema, (_position, reason, text) =>
      reject(messages, reason, text),
    );
    return {
      get isOpen() {
        return decoder.isOpen;
      },
      begin: arrival => {
        if (arrival.kind !== 'message') return;
        const rows = document.list(arrival.bytes, ++messages, reject);
        if (rows !== null) decoder.begin(rows);
      },
      read: out => decoder.read(out),
    };
  },
};

function documentShape(options: Options): DocumentShape {
  const fields = options.fields as Readonly<Record<string, string>> | undefined;
  const columns =
    fields === undefined
      ? null
      : Object.entries(fields).map(([name, path]) => ({ name, path: pathOf(path) }));
  const way = (name: string) => columns?.find(column => column.name === name)?.path ?? [name];
  const updated = textOption(options, 'updated', '');
  return {
    rows: pathOf(textOption(options, 'rows', '')),
    fields: columns,
    key: textsOption(options, 'key', []).map(way),
    updated: updated === '' ? null : way(updated),
  };
}

function pathOf(text: unknown): JsonPath {
  const path = typeof text === 'string' ? parseJsonPath(text) : null;
  if (path !== null) return path;
  throw new SourceError(
    'MR3960',
    `'${String(text).slice(0, 80)}' is no way into JSON.`,
    "Write 'features', 'properties.mag', 'coordinates[0]' or ['a.b'].",
  );
}

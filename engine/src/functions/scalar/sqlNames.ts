import type { FunctionNames } from '../../expr/parse.js';
import { SCALAR_FUNCTIONS } from './registry.js';

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

const known = new Map<string, string>();
for (const fn of SCALAR_FUNCTIONS.values()) {
  for (const name of [fn.name, ...(fn.aliases ?? [])]) known.set(plain(name), fn.name);
}

/** The scalar functions as SQL's users write them: in any case, with or without underscores, and by their SQL names. */
export const SQL_NAMES: FunctionNames = {
  find: written => known.get(plain(written)) ?? null,
  all: [...SCALAR_FUNCTIONS.values()].flatMap(fn => [fn.name, ...(fn.aliases ?? [])]),
};

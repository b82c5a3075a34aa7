import type { Json } from './channels.js';
import { fieldOf } from './fields.js';

/** Charts one below the other, one a value of a column, which stands above it. `x` says whether they share that axis; each has a `y` of its own. */
export function facets(column: string, spec: Json, x: 'shared' | 'independent'): Json {
  return {
    facet: {
      field: fieldOf(column),
      type: 'nominal',
      title: null,
      header: { labelAnchor: 'start', labelOrient: 'top', labelPadding: 4 },
    },
    columns: 1,
    spacing: 14,
    spec,
    resolve: { scale: { x, y: 'independent' } },
  };
}

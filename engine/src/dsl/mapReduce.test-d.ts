import { expectTypeOf, test } from 'vitest';
import type { Stream } from './stream.js';
import type { Table } from './table.js';
import { float64, int64, schema, string } from './types.js';

declare const lines: Table<{ text: string; id: number }>;
declare const trades: Table<{ symbol: string; price: number; size: number | null }>;
declare const stream: Stream<{ text: string }>;
const words = schema({ word: string, n: int64 });

test('keys and values go from the map to the combiner and the reducer', () => {
  const counted = lines.mapReduce({
    map: line => line.text.split(' ').map(word => [word, 1]),
    combine: 'sum',
    returns: words,
  });
  expectTypeOf(counted).toEqualTypeOf<Table<{ word: string; n: number }>>();
  lines.mapReduce({
    map: line => [[line.text, line.id]],
    combine: (a, b) => {
      expectTypeOf(a).toEqualTypeOf<number>();
      return Math.max(a, b);
    },
    reduce: (text, ids) => {
      expectTypeOf(text).toEqualTypeOf<string>();
      expectTypeOf(ids).toEqualTypeOf<number[]>();
      return { word: text, n: ids[0] };
    },
    returns: words,
  });
  trades.mapReduce({
    map: { key: t => t.symbol, value: t => t.price.mul(t.size) },
    reduce: (symbol, values) => {
      expectTypeOf(symbol).toEqualTypeOf<string>();
      expectTypeOf(values).toEqualTypeOf<(number | null)[]>();
      return { symbol, most: values.length };
    },
    returns: schema({ symbol: string, most: float64 }),
  });
  trades.mapReduce({
    map: t => [[[t.symbol, t.size], t.price]],
    combine: 'max',
    returns: schema({ symbol: string, size: int64.nullable(), price: float64 }),
  });

  // @ts-expect-error no such column
  lines.mapReduce({ map: line => [[line.txt, 1]], combine: 'sum', returns: words });
  // @ts-expect-error a list of pairs
  lines.mapReduce({ map: line => line.id, combine: 'sum', returns: words });
  // @ts-expect-error no such way to combine
  lines.mapReduce({ map: line => [[line.text, 1]], combine: 'avg', returns: words });
  // @ts-expect-error the row lacks n
  lines.mapReduce({ map: line => [[line.text, 1]], reduce: word => ({ word }), returns: words });
  // @ts-expect-error a stream has no end at which keys are complete
  stream.mapReduce({ map: line => [[line.text, 1]], combine: 'sum', returns: words });
});

// @vitest-environment jsdom
import { expect, it } from 'vitest';
import type { Row, Value } from '../model/rows.js';
import { ColumnFormat } from './columnFormat.js';
import { GridRow } from './gridRow.js';

it('tells NULL from the text that it is written as, also where one comes after the other', () => {
  const row = new GridRow(
    [new ColumnFormat({ name: 'text', type: 'string', nullable: true })],
    false,
    0,
    'g',
  );
  const look = (id: number, value: Value): string | undefined => {
    row.show({ id, values: [value], state: null } as unknown as Row, id, false);
    return row.node.cells[0].dataset.kind;
  };
  expect(look(0, null)).toBe('null');
  expect(look(1, 'NULL')).toBeUndefined();
  expect(look(2, null)).toBe('null');
});

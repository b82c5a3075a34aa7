import { element } from '../dom.js';
import type { ColumnFormat } from './columnFormat.js';

/** The columns and the head of a grid's table: names, with the type beside them, key columns marked. */
export function gridHead(
  formats: readonly ColumnFormat[],
  hasStates: boolean,
  key: readonly string[],
  columnsLeft: number,
): HTMLElement[] {
  const columns = element('colgroup');
  const row = element('tr');
  row.setAttribute('role', 'row');
  row.setAttribute('aria-rowindex', '1');
  if (hasStates) {
    columns.append(element('col', 'millrace-Grid-stateColumn'));
    const cell = element('th', 'millrace-Grid-state');
    cell.setAttribute('aria-label', 'window state');
    row.append(cell);
  }
  for (const { column, align } of formats) {
    const col = element('col');
    col.dataset.column = column.name;
    columns.append(col);
    const cell = element('th', `millrace-mod-${align}`, column.name);
    const isKey = key.includes(column.name);
    if (isKey) cell.dataset.key = '';
    cell.title = `${column.name}: ${column.type}${column.nullable ? ', nullable' : ''}${isKey ? ', part of the key' : ''}`;
    row.append(cell);
  }
  if (columnsLeft > 0) {
    columns.append(element('col'));
    row.append(element('th', 'millrace-Grid-left', `${columnsLeft} more columns`));
  }
  [...row.cells].forEach((cell, index) => {
    cell.scope = 'col';
    cell.setAttribute('role', 'columnheader');
    cell.setAttribute('aria-colindex', String(index + 1));
  });
  const head = element('thead', '', row);
  return [columns, head];
}

/** Words of the grammar that are no columns unless they are quoted. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...[
    'AND',
    'OR',
    'NOT',
    'IS',
    'NULL',
    'IN',
    'BETWEEN',
    'LIKE',
    'ESCAPE',
    'DISTINCT',
    'FROM',
    'TRUE',
    'FALSE',
  ],
  ...['CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'CAST', 'TRY_CAST', 'INTERVAL'],
]);

import type { ViewStatus } from '@millrace/protocol';

/** The state of a view of which nothing has come. */
export const NO_ROWS: ViewStatus = {
  state: 'replaying',
  total: 0,
  rowsIn: 0,
  late: 0,
  rejected: 0,
  evicted: 0,
  watermarkUs: null,
  error: null,
};

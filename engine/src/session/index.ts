/** The boundary between the side that builds plans and the side that runs them: its messages, and the client's end. */
export * from './protocol.js';
export * from './client.js';
export * from './errors.js';
export { nearestNames } from '../columns/nearestNames.js';
export { typeName } from '../columns/types.js';
export { floatText, rowDifferences } from './rowDifferences.js';
export type { RowDifferences, TextRows } from './rowDifferences.js';
export { differencesText } from './differencesText.js';
export { MillraceError } from '../columns/error.js';
export type * from './exported.js';

/** The boundary between the side that builds plans and the side that runs them: its messages, and the client's end. */
export * from './protocol.js';
export * from './client.js';
export * from './errors.js';
export { typeName } from '../columns/types.js';
export { MillraceError } from '../columns/error.js';

/** Arrow IPC: what rows travel as between processes, in frames and in files. */
export { encodeArrow } from './arrowEncode.js';
export { decodeArrow, type DecodedArrow } from './arrowDecode.js';
export { ArrowFileEncoder } from './arrowFileEncode.js';

export * from './version.js';
export * from './view.js';
export * from './session.js';
export * from './chart/options.js';
export * from './chart/theme.js';
export { ROWS, toVegaValue } from './chart/fields.js';
export { decimalText, durationText } from './valueText.js';
export { isSingleView, toVegaLite } from './chart/toVegaLite.js';
export type * from './pin.js';

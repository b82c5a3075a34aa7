export { createDisplay } from './display.js';
export type { Display, DisplayFunction, DisplayHandle, DisplayHooks, MimeValue } from './types.js';

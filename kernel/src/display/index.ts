export { createDisplay } from './display.js';
export { createPackageAdapter } from './danfoPlots.js';
export type { Display, DisplayFunction, DisplayHandle, DisplayHooks, MimeValue } from './types.js';

export * from './version.js';
export * from './view.js';
export * from './session.js';
export * from './chart/options.js';

/** Logical plans: building, typing, hashing, explaining. */
export * from './plan.js';
export * from './relation.js';
export * from './build.js';
export * from './children.js';
export * from './bind.js';
export * from './explain.js';
export * from './error.js';
export * from './hash.js';
export * from './origin.js';

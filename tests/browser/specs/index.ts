import { MARKS } from './marks.js';
import type { OwnSpec } from './spec.js';
import { TRANSFORMS } from './transforms.js';
import { VIEWS } from './views.js';

/** Specs of our own, by what of Vega-Lite they are about. */
export const SPECS: readonly OwnSpec[] = [...MARKS, ...TRANSFORMS, ...VIEWS];

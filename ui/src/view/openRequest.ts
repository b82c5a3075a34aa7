import { PROTOCOL_VERSION, type ViewOpen, type ViewOutput } from '@millrace/protocol';
import type { Surface } from './surface.js';

/** Asks for the rows of a view, as its surface wants them. */
export function openRequest({ viewId, parts }: ViewOutput, surface: Surface, credit: number): ViewOpen {
  const arrangement = surface.arrangement ?? null;
  const pixels = surface.pixels ?? null;
  return {
    v: PROTOCOL_VERSION,
    viewId,
    credit,
    range: surface.range,
    ...(arrangement === null ? {} : { arrangement }),
    ...(pixels === null ? {} : { pixels }),
    ...(parts === undefined ? {} : { parts: parts.map(part => part.viewId) }),
  };
}

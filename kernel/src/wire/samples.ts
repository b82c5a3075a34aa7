import type { PlanSample } from 'millrace';
import type { Outside } from '../language/outside.js';
import type { HostResult } from '../runner/outputMessages.js';
import type { EngineProcess } from './engineProcess.js';

/** So many rows of a file or table are shown where one of its columns is asked for. */
const ROWS = 5;

/** The engine as the language service sees it. */
export function engineSamples(engine: EngineProcess): Outside {
  const sampleOf = (result: HostResult): PlanSample | null =>
    result.ok ? (result.value as PlanSample | null) : null;
  return {
    look: async call => sampleOf(await engine.look(call, ROWS)),
    sample: async name => sampleOf(await engine.request({ type: 'sampleOf', name, limit: ROWS })),
  };
}

import type { EventTime } from '../columns/time.js';
import type { EmitSpec } from '../windows/emission.js';
import type { Slicing } from '../windows/slicing.js';
import type { GapFiller } from './gapFiller.js';
import type { Grouping } from './grouping.js';
import type { OpenWindows } from './operator.js';
import type { Pane } from './pane.js';
import type { PaneSet } from './paneSet.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import type { WindowOutput } from './windowOutput.js';

/** What a windowed aggregate does with its windows. */
export interface WindowPolicy {
  readonly allowedLatenessUs: number;
  readonly emit: EmitSpec;
  /** Whether each window is told once, when it is final, and never before. */
  readonly once: boolean;
  /** Whether what is told of a window may be taken back, so that the state told last is kept beside the state. */
  readonly shadowed: boolean;
}

/** What a keeper of windows works with. */
export interface KeeperContext {
  readonly policy: WindowPolicy;
  readonly slicing: Slicing;
  readonly grouping: Grouping;
  readonly output: WindowOutput;
  readonly filler: GapFiller | null;
}

/** The stamp of a slot that is listed as touched since it was told last. */
export const TOUCHED = 1;

/** Holds the windows of an aggregate: where rows go, and what is told when the watermark moves. */
export interface WindowKeeper {
  /** The state that rows are added to. */
  readonly store: StateStore;
  /** The watermark at which rows have to stop, because a window closes or becomes final. */
  readonly nextEvent: EventTime;
  /** Every set of panes, so that group numbers can be given anew. */
  readonly sets: readonly PaneSet[];
  /** The pane for rows of the slice that the slicing found last; null where they are late. */
  enter(mark: EventTime): Pane | null;
  /** Closes windows and makes them final; `previous` is the watermark in force until now. */
  advance(mark: EventTime, previous: EventTime): void;
  /** Tells what has changed in windows that are open. */
  tell(): void;
  /** Tells a group of windows that are open, by their ends. */
  tellGroup(group: number, ends: readonly EventTime[]): void;
  /** What is told at the end of every batch. */
  endBatch(): void;
  openWindows(): OpenWindows;
  snapshot(writer: StateWriter): void;
  restore(reader: StateReader): void;
}

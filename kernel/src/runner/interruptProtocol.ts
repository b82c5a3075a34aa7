/** The file descriptor of the control pipe in the runner process; its worker thread reads it, whatever the cell does. */
export const CONTROL_FD = 5;

/** Cells of the memory that the runner's main thread and its interrupt worker share. */
export const SHARED_ACKNOWLEDGED = 0;
export const SHARED_SYNCED = 1;
export const SHARED_CELLS = 2;

/** Worker to main thread: stop what runs, or show that the event loop turns again. */
export interface InterruptCall {
  readonly type: 'interrupt' | 'sync';
  /** Its number among its type; the main thread stores the last that it has done. */
  readonly sequence: number;
}

/** What the worker starts with. */
export interface InterruptSetup {
  readonly shared: SharedArrayBuffer;
}

/** A line of the control pipe, to the runner: interrupt number so. The worker answers with the same line when it is done. */
export function interruptLine(sequence: number): string {
  return `${sequence}\n`;
}

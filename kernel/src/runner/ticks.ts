import { syncBuiltinESMExports } from 'node:module';

type Callback = (...args: unknown[]) => void;

/** The ticks of cells. */
export interface GuardedTicks {
  /** Whether ticks that are not asked for by Node itself are dropped from now on. */
  refuse(isRefused: boolean): void;
}

/**
 * Replaces `process.nextTick`. A tick that makes the next one starves the event loop, and ending its JavaScript does not
 * always end the loop: where the next tick was made already, it comes all the same, after whatever runs next. Node's queue
 * cannot be emptied, but the loop ends where the next tick is refused. Those of Node itself must come: streams wait for them.
 */
export function installGuardedTicks(): GuardedTicks {
  const native = process.nextTick.bind(process);
  let refuses = false;
  function nextTick(callback: Callback, ...args: unknown[]): void {
    if (refuses && !isCalledByNode(nextTick)) return;
    native(callback, ...args);
  }
  process.nextTick = nextTick;
  syncBuiltinESMExports();
  return {
    refuse(isRefused) {
      refuses = isRefused;
    },
  };
}

/** Whether the function's caller is code of Node's own. Cells may have changed how stacks are made. */
function isCalledByNode(callee: (...args: never[]) => unknown): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: NodeJS.CallSite[] } = {};
  try {
    Error.prepareStackTrace = (_, sites) => sites;
    Error.stackTraceLimit = 1;
    Error.captureStackTrace(holder, callee);
    return holder.stack?.[0]?.getFileName()?.startsWith('node:') === true;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

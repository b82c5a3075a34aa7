/** What the readers of a notebook have chosen for its replay bars: one choice for all of them. */
export interface BarSettings {
  /** The zone whose times are shown; null: nobody has chosen one. */
  readonly timeZone: string | null;
  setTimeZone(zone: string): void;
  /** Calls back when it is another one; returns what stops it. */
  onChange(listener: () => void): () => void;
}

/** Settings that last as long as the page. */
export function pageSettings(): BarSettings {
  const listeners = new Set<() => void>();
  let timeZone: string | null = null;
  return {
    get timeZone() {
      return timeZone;
    },
    setTimeZone(zone) {
      timeZone = zone;
      for (const listener of listeners) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const STEP = 'millrace.replayBar.step';

/** The step that was chosen last, in this browser. A page may forbid that anything is kept. */
export function rememberedStep(): string | null {
  try {
    return localStorage.getItem(STEP);
  } catch {
    return null;
  }
}

export function rememberStep(step: string): void {
  try {
    localStorage.setItem(STEP, step);
  } catch {
    // Then it is remembered as long as the bar is there.
  }
}

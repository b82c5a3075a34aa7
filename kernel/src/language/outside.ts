import type { PlanSample } from 'millrace';

/** A source that a cell makes of a file that it names: the call, its options as plain data. */
export interface FileCall {
  readonly make: 'read' | 'replay';
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the language service asks of the engine: what data is like that no cell has to run for. Null: it is not known. */
export interface Outside {
  /** The columns and first rows of a file. */
  look(call: FileCall): Promise<PlanSample | null>;
  /** The columns and some rows of a stream or table of the notebook. */
  sample(name: string): Promise<PlanSample | null>;
}

/** The answer, or null where it takes longer. A late answer is given to `late`. */
export async function within<Value>(
  answer: Promise<Value | null>,
  milliseconds: number,
  late: (value: Value | null) => void = () => undefined,
): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const timeout = new Promise<null>(resolve => {
    timer = setTimeout(() => {
      isLate = true;
      resolve(null);
    }, milliseconds);
  });
  const known = answer
    .catch(() => null)
    .then(value => {
      if (isLate) late(value);
      return value;
    });
  try {
    return await Promise.race([known, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

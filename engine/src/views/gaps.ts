/** Rows of a cell with a gap that are drawn as they are. */
const FEW = 24;

/**
 * Which rows of a cell with gaps are drawn. A row without a finite `y` breaks the line; what lies between two breaks is a run. Runs at the cell's two ends
 * lead into the cells beside it, and two more hold its least and greatest `y`: of each of the four the first, last, least and greatest row is drawn,
 * and the break behind it. So nothing is drawn that is not there, and no extreme is missing; of runs in between, in a column one pixel wide, ink may be.
 *
 * @param ys the cell's values, in the order of x.
 * @returns their places, ascending.
 */
export function placesOfGappy(ys: Float64Array): number[] {
  const count = ys.length;
  if (count <= FEW) return Array.from(ys.keys());
  const runs = runsOf(ys);
  const places = new Set<number>();
  if (ys[0] - ys[0] !== 0) places.add(0);
  if (ys[count - 1] - ys[count - 1] !== 0) places.add(count - 1);
  const [first] = runs;
  if (first === undefined) return [0, count - 1];
  let least = first;
  let greatest = first;
  for (const run of runs) {
    if (ys[run.least] < ys[least.least]) least = run;
    if (ys[run.greatest] > ys[greatest.greatest]) greatest = run;
  }
  const last = runs[runs.length - 1];
  for (const run of new Set([first, last, least, greatest])) {
    for (const place of [run.from, run.to, run.least, run.greatest]) places.add(place);
    // What comes behind a run is a break, unless the cell ends there.
    if (run.to + 1 < count) places.add(run.to + 1);
  }
  return [...places].sort((a, b) => a - b);
}

interface Run {
  readonly from: number;
  to: number;
  least: number;
  greatest: number;
}

function runsOf(ys: Float64Array): Run[] {
  const runs: Run[] = [];
  let run: Run | null = null;
  for (let i = 0; i < ys.length; i++) {
    const y = ys[i];
    if (y - y !== 0) {
      run = null;
    } else if (run === null) {
      run = { from: i, to: i, least: i, greatest: i };
      runs.push(run);
    } else {
      run.to = i;
      if (y < ys[run.least]) run.least = i;
      if (y > ys[run.greatest]) run.greatest = i;
    }
  }
  return runs;
}

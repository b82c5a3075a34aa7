/** The coordinates that bars are drawn in, whatever their size on the screen. */
export const BOX = { width: 1000, height: 100 } as const;

/** A bucket with a single row is seen. */
const LEAST = 8;

/**
 * Bars as an SVG path: of each bucket as high as the root of its rows, so that quiet times are seen beside the opening of a market.
 *
 * @param counts rows by bucket, the first of which begins at `from`
 * @param most rows in the highest bar
 */
export function rowsPath(
  counts: readonly number[],
  { fromUs, widthUs }: { readonly fromUs: number; readonly widthUs: number },
  { startUs, endUs }: { readonly startUs: number; readonly endUs: number },
  most: number,
): string {
  const x = (us: number): number =>
    Math.round(Math.min(1, Math.max(0, (us - startUs) / (endUs - startUs))) * BOX.width * 10) / 10;
  const parts: string[] = [];
  counts.forEach((count, i) => {
    if (!(count > 0)) return;
    const [left, right] = [x(fromUs + i * widthUs), x(fromUs + (i + 1) * widthUs)];
    const height = Math.max(LEAST, Math.sqrt(count / most) * BOX.height);
    const top = Math.round((BOX.height - Math.min(BOX.height, height)) * 10) / 10;
    if (right > left) parts.push(`M${left} ${BOX.height}V${top}H${right}V${BOX.height}Z`);
  });
  return parts.join('');
}

/** A wave between -1 and 1 with a period of 1, 0 and rising at 0: near a sine, made by arithmetic alone so that no machine rounds it in another way. */
export function wave(turns: number): number {
  const place = turns - Math.floor(turns);
  const half = place < 0.5 ? 2 * place : 2 * place - 1;
  const hump = half * (1 - half);
  const value = (16 * hump) / (5 - 4 * hump);
  return place < 0.5 ? value : -value;
}

/** Uniform numbers in [0, 1) from a seed (sfc32): the same on every machine. */
export function seededRandom(seed: number): () => number {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed >>> 0;
  let counter = Math.floor(seed / 0x100000000) + 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 0x100000000;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** Numbers near a standard normal distribution, made by addition alone so that no machine rounds them in another way. */
export function seededNormal(random: () => number): () => number {
  // Four uniforms have variance 4 / 12.
  return () => (random() + random() + random() + random() - 2) * 1.7320508075688772;
}

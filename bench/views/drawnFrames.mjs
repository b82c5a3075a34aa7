/**
 * Runs in a page before its own code: counts the frames in which something was drawn, on a canvas of any kind or as paths of an SVG,
 * whoever draws it and in whichever shadow root.
 */
export function countFrames() {
  let drawn = false;
  window.drawnFrames = 0;
  const watch = (prototype, names) => {
    for (const name of names) {
      const original = prototype?.[name];
      if (original === undefined) continue;
      prototype[name] = function (...args) {
        drawn = true;
        return original.apply(this, args);
      };
    }
  };
  for (const kind of ['CanvasRenderingContext2D', 'OffscreenCanvasRenderingContext2D'])
    watch(window[kind]?.prototype, ['stroke', 'fill', 'fillRect', 'drawImage']);
  for (const kind of ['WebGLRenderingContext', 'WebGL2RenderingContext'])
    watch(window[kind]?.prototype, [
      'drawArrays',
      'drawElements',
      'drawArraysInstanced',
      'drawElementsInstanced',
    ]);
  watch(window.ImageBitmapRenderingContext?.prototype, ['transferFromImageBitmap']);
  const set = window.Element.prototype.setAttribute;
  window.Element.prototype.setAttribute = function (name, value) {
    if (name === 'd') drawn = true;
    return set.call(this, name, value);
  };
  const frame = () => {
    if (drawn) window.drawnFrames += 1;
    drawn = false;
    window.requestAnimationFrame(frame);
  };
  window.requestAnimationFrame(frame);
}

/** Runs in the page: how many frames were drawn. */
export const framesSince = () => window.drawnFrames;

import { element } from './dom.js';

/**
 * A badge that tells a state in a word. Those of what is live pulse: all of a page at the same moments, so that the page is put together once for all
 * of them.
 */
export function makeBadge(): HTMLElement {
  const badge = element('span', 'millrace-Badge');
  badge.addEventListener('animationstart', () => {
    for (const animation of badge.getAnimations({ subtree: true })) animation.startTime = 0;
  });
  return badge;
}

/** Three streams, one above the other, that meet: in the colour of the theme's icons. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="none" stroke="#616161" stroke-width="1.5" stroke-linecap="round">
    <path class="jp-icon3-stroke" d="M1.5 4.5c2.2-2 4.3-2 6.5 0s4.3 2 6.5 0"/>
    <path class="jp-icon3-stroke" d="M1.5 8.5c2.2-2 4.3-2 6.5 0s4.3 2 6.5 0"/>
    <path class="jp-icon3-stroke" d="M1.5 12.5c2.2-2 4.3-2 6.5 0s4.3 2 6.5 0"/>
  </g>
</svg>`;

/** What is to be reached, as text and as a test of our figures and those of the peers; wall times are in ms. */
export const TARGETS = {
  'kernel_info answered': {
    text: "half of ipykernel's time",
    holds: (ours, { ipykernel }) => ours.wall_ms <= 0.5 * ipykernel.wall_ms,
  },
  'first cell done': {
    text: "ipykernel's + 500 ms",
    holds: (ours, { ipykernel }) => ours.wall_ms <= ipykernel.wall_ms + 500,
  },
  'trivial cell': {
    text: "ipykernel's + 25 ms",
    holds: (ours, { ipykernel }) => ours.wall_ms <= ipykernel.wall_ms + 25,
  },
  'declaration cell': {
    text: "a third of tslab's",
    holds: (ours, { tslab }) => ours.wall_ms <= tslab.wall_ms / 3,
  },
  '20000 lines of output': { text: 'all arrive', holds: ours => ours.arrived === 1 && ours.wall_ms !== null },
  'comm frames of 100 KB, 60 a second': { text: 'all arrive', holds: ours => ours.arrived === 1 },
  'comm frames of 100 KB, 600 a second': { text: 'all arrive', holds: ours => ours.arrived === 1 },
};

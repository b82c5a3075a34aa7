export type { Channel, ChannelState, SessionChannel, ViewChannel } from './model/channel.js';
export { ReplayBar } from './controls/replayBar.js';
export { openView, type OpenViewOptions } from './openView.js';
export { LiveView } from './view/liveView.js';
export type { Look } from './view/surface.js';
export type { InputChannel } from './model/channel.js';
export { InputView } from './inputs/inputView.js';
export { ProseView } from './prose/proseView.js';
export { browserScreen } from './view/screen.js';

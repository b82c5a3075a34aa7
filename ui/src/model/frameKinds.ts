import type { Frame } from './viewModel.js';

/** Whether any of what several tables tell are rows. */
export function isFrame({ messages }: Extract<Frame, { type: 'group' }>): boolean {
  return messages.some(({ message }) => message.type === 'snapshot' || message.type === 'delta');
}

/** Whether a frame stands for itself, whatever was before it. */
export function isWhole(frame: Frame): boolean {
  if (frame.type !== 'group') return frame.type === 'snapshot';
  return !frame.messages.some(({ message }) => message.type === 'delta');
}

import type { MimeBundle } from '../runner/contract.js';
import { escapeHtml } from './html.js';

/** A loop's progress. Times are milliseconds of one clock. */
export interface Bar {
  readonly label: string | null;
  readonly total: number | null;
  readonly started: number;
  count: number;
  /** When it ended, or null. */
  ended: number | null;
  state: 'running' | 'done' | 'stopped' | 'failed' | 'interrupted';
  /** Why it failed. */
  error: string | null;
}

/** Characters of a bar of text. */
const WIDTH = 20;

/** Bars as text and as HTML, outer ones first. */
export function barsBundle(bars: readonly Bar[], hidden: number, now: number): MimeBundle {
  const more = hidden === 0 ? [] : [`… ${hidden} more`];
  const lines = [...bars.map(bar => barText(bar, now)), ...more];
  const rows = [...bars.map(bar => barHtml(bar, now)), ...more.map(text => `<div>${text}</div>`)];
  const frame = 'font-family:var(--jp-code-font-family, monospace);font-size:var(--jp-code-font-size, 13px)';
  return { 'text/plain': lines.join('\n'), 'text/html': `<div style="${frame}">${rows.join('')}</div>` };
}

function barText(bar: Bar, now: number): string {
  const label = bar.label === null ? '' : `${bar.label}: `;
  const part = partOf(bar);
  if (part === null) return `${label}${numbers(bar, now)}`;
  const filled = Math.floor(part * WIDTH);
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  return `${label}${percent} |${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}| ${numbers(bar, now)}`;
}

function barHtml(bar: Bar, now: number): string {
  const part = partOf(bar);
  const label = bar.label === null ? '' : `<span>${escapeHtml(bar.label)}</span> `;
  const isRunning = bar.state === 'running';
  const value =
    part === null ? (isRunning ? '' : ' value="1" max="1"') : ` value="${part.toFixed(4)}" max="1"`;
  const accent = bar.state === 'running' || bar.state === 'done' ? '' : ';opacity:0.5';
  const drawn = `<progress${value} style="width:180px;vertical-align:middle${accent}"></progress>`;
  const percent = part === null ? '' : ` ${Math.floor(part * 100)}%`;
  const colour = bar.state === 'failed' ? ' style="color:var(--jp-error-color0, #b71c1c)"' : '';
  return `<div style="white-space:nowrap">${label}${drawn}${percent} <span${colour}>${escapeHtml(numbers(bar, now))}</span></div>`;
}

function partOf({ count, total, state }: Bar): number | null {
  if (total === null) return null;
  if (state === 'done') return 1;
  return total === 0 ? 0 : Math.min(1, count / total);
}

/** `42/100 [0:03 < 0:05, 12.3/s]`, and how it ended where it was not at its end. */
function numbers(bar: Bar, now: number): string {
  const { count, total, state, error } = bar;
  const seconds = Math.max(0, (bar.ended ?? now) - bar.started) / 1000;
  const rate = seconds > 0 && count > 0 ? count / seconds : null;
  const isRunning = state === 'running';
  const rest = isRunning && total !== null && rate !== null ? Math.max(0, total - count) / rate : null;
  const of = total === null ? '' : `/${total.toLocaleString('en-US')}`;
  const times = `${clock(seconds)}${rest === null ? '' : ` < ${clock(rest)}`}`;
  const speed = rate === null ? '' : `, ${rateText(rate)}`;
  const end = isRunning || state === 'done' ? '' : ` ${state}${error === null ? '' : `: ${error}`}`;
  return `${count.toLocaleString('en-US')}${of} [${times}${speed}]${end}`;
}

function clock(seconds: number): string {
  if (seconds >= 360_000) return 'long';
  const whole = Math.floor(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

function rateText(rate: number): string {
  if (rate < 1) return `${(1 / rate).toPrecision(3)} s each`;
  return `${rate < 1000 ? rate.toPrecision(3) : Math.round(rate).toLocaleString('en-US')}/s`;
}

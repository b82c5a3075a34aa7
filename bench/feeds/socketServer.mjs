// A WebSocket server in a process of its own: `socketServer.mjs MESSAGES_PER_SECOND SECONDS ROWS_PER_MESSAGE`; a rate of 0 is as fast as its clients read.
import { WebSocketServer } from 'ws';

const [rate, seconds, rows] = process.argv.slice(2).map(Number);
const SYMBOLS = Array.from({ length: 50 }, (_, i) => `S${i}`);
/** More than this is not sent to a client that does not read it. */
const MOST_UNSENT = 4 << 20;
const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
let sent = 0;

function trade() {
  const ts = now();
  const n = sent++;
  const symbol = SYMBOLS[n % SYMBOLS.length];
  return `{"ts":${ts},"sent":${ts},"symbol":"${symbol}","price":${100 + (n % 100) / 10},"size":${1 + (n % 300)}}`;
}

function message() {
  if (rows === 1) return trade();
  return `[${Array.from({ length: rows }, trade).join()}]`;
}

const isBehind = () => [...server.clients].some(socket => socket.bufferedAmount > MOST_UNSENT);

server.on('listening', () => process.send(server.address().port));
process.once('message', () => {
  const begun = performance.now();
  let messages = 0;
  const timer = setInterval(() => {
    const elapsed = performance.now() - begun;
    const share = Math.min(elapsed, seconds * 1000) / 1000;
    const due = rate === 0 ? messages + Math.ceil(20_000 / rows) : Math.floor(share * rate);
    while (messages < due && !(rate === 0 && isBehind())) {
      const text = message();
      for (const socket of server.clients) socket.send(text);
      messages++;
    }
    if (elapsed < seconds * 1000) return;
    clearInterval(timer);
    process.send({ rows: sent });
  }, 1);
});

// A WebSocket server in a process of its own that sends one trade a message: `latencyFeed.mjs RATE SECONDS`.
import { WebSocketServer } from 'ws';

const [rate, seconds] = process.argv.slice(2).map(Number);
const SYMBOLS = Array.from({ length: 50 }, (_, i) => `S${i}`);
const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
let sent = 0;

function message() {
  const ts = now();
  return JSON.stringify({
    ts,
    sent: ts,
    symbol: SYMBOLS[sent++ % SYMBOLS.length],
    price: 100 + (sent % 100) / 10,
    size: 1 + (sent % 300),
  });
}

server.on('listening', () => process.send(server.address().port));
server.on('connection', socket => {
  // So that the columns can be inferred.
  for (let i = 0; i < 100; i++) socket.send(message());
});
process.once('message', () => {
  const begun = performance.now();
  const base = sent;
  const timer = setInterval(() => {
    const elapsed = performance.now() - begun;
    const due = base + Math.floor((Math.min(elapsed, seconds * 1000) / 1000) * rate);
    while (sent < due) {
      const text = message();
      for (const socket of server.clients) socket.send(text);
    }
    if (elapsed < seconds * 1000) return;
    clearInterval(timer);
    process.send('done');
  }, 1);
});

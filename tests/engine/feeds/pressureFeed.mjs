// A WebSocket server in a process of its own that sends numbered rows as fast as its client reads them: `pressureFeed.mjs SECONDS`.
import { WebSocketServer } from 'ws';

const seconds = Number(process.argv[2]);
const MOST_UNSENT = 4 << 20;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
const padding = 'x'.repeat(200);
let sent = 0;

server.on('listening', () => process.send({ port: server.address().port }));
server.on('connection', socket => {
  const end = performance.now() + seconds * 1000;
  const send = () => {
    for (let i = 0; i < 500 && socket.bufferedAmount < MOST_UNSENT; i++)
      socket.send(`{"seq":${sent++},"symbol":"S${sent % 50}","padding":"${padding}"}`);
    if (performance.now() < end) setImmediate(send);
    else {
      process.send({ sent });
      // What says the end must not be a message: there may be no room for it.
      socket.close(1000);
    }
  };
  send();
});

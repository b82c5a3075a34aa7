// The wire process of the kernel with another engine behind it: one that sends frames of a size at a rate. Comms, sockets and the way
// between the processes are the kernel's own.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Comms } from '../../kernel/dist/comm/comms.js';
import { readConnectionFile } from '../../kernel/dist/wire/connection.js';
import { IopubPublisher } from '../../kernel/dist/wire/iopub.js';
import { MessageCodec } from '../../kernel/dist/wire/message.js';
import { Sockets } from '../../kernel/dist/wire/sockets.js';

const info = readConnectionFile(process.argv[2]);
const sockets = await Sockets.bind(info, new MessageCodec(info.key, info.signature_scheme));
const iopub = new IopubPublisher(sockets.iopub, () => undefined);
const source = fork(fileURLToPath(new URL('./frameSource.mjs', import.meta.url)), [], {
  serialization: 'advanced',
});
const comms = new Comms(iopub, message => source.send(message));
source.on('message', message => comms.send(message));
sockets.receive('shell', message => {
  const { header, identities } = message;
  if (header.msg_type.startsWith('comm_')) comms.receive(message);
  if (header.msg_type !== 'kernel_info_request') return;
  void iopub.urgent('status', header, { execution_state: 'idle' });
  void sockets.shell.send({
    type: 'kernel_info_reply',
    parent: header,
    content: { status: 'ok' },
    identities,
  });
});
sockets.receive('control', () => process.exit(0));

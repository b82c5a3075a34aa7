// Sends frames to the comm that is opened: as many bytes as often a second, for as long as its opening says.
process.on('message', message => {
  if (message.type !== 'viewOpen') return;
  const { bytes, hertz, seconds } = message.open;
  const begun = performance.now();
  let sent = 0;
  const send = () => {
    const due = Math.min(hertz * seconds, Math.floor(((performance.now() - begun) * hertz) / 1000));
    for (; sent < due; sent++) {
      const data = { at: Number(process.hrtime.bigint()) };
      process.send({ type: 'comm', comm: message.comm, data, buffers: [new Uint8Array(bytes)] });
    }
    if (sent < hertz * seconds) setTimeout(send, 1);
  };
  send();
});
process.on('disconnect', () => process.exit(0));

import { randomUUID } from 'node:crypto';
import { EXPORT_TARGET, PROTOCOL_VERSION, type ExportAnswer } from '@millrace/protocol';
import type { ExportedSession } from 'millrace/session';
import type { KernelClient } from '../check/kernelClient.js';
import type { TakenViews } from './contract.js';
import { ExportError } from './error.js';

/** Sources are read to their end for it: files of millions of rows take their time. */
const ANSWER_MS = 10 * 60_000;

/** Takes views of a kernel along, with the rows that they read. Error `MR8502` where it gives none. */
export async function takeViews(kernel: KernelClient, viewIds: readonly string[]): Promise<TakenViews> {
  const comm = randomUUID();
  let stop = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const answered = new Promise<{ readonly answer: ExportAnswer; readonly buffers: readonly Uint8Array[] }>(
    (resolve, reject) => {
      timer = setTimeout(
        () => reject(noViews(`it did not answer within ${ANSWER_MS / 60_000} minutes`)),
        ANSWER_MS,
      );
      stop = kernel.listen(({ header, content, buffers }) => {
        if (content.comm_id !== comm) return;
        if (header.msg_type === 'comm_close') reject(noViews('it knows no exports'));
        else if (header.msg_type === 'comm_msg') resolve({ answer: content.data as ExportAnswer, buffers });
      });
    },
  );
  const data = { v: PROTOCOL_VERSION, viewIds };
  kernel.send('comm_open', { comm_id: comm, target_name: EXPORT_TARGET, data });
  try {
    const { answer, buffers } = await Promise.race([answered, kernel.ended()]);
    if (answer.type === 'failed') throw noViews(answer.message);
    return { session: answer.session as ExportedSession, recordings: buffers };
  } finally {
    stop();
    clearTimeout(timer);
  }
}

function noViews(why: string): ExportError {
  return new ExportError(
    'MR8502',
    `the kernel did not give the notebook's views: ${why}.`,
    'Export it again; a kernel of another version than the command gives none.',
  );
}

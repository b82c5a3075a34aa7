import type { BaseOptions, ConnectionOptions } from '@platformatic/kafka';
import { SourceError } from '../../sources/error.js';
import { choiceOption, textsOption } from '../../sources/options.js';
import type { Options } from '../../sources/options.js';
import type { World } from '../../sources/source.js';
import { AddressGuard } from '../network/addresses.js';
import type { KafkaGuard } from './kafkaGuard.js';

/** Where brokers are, and who we are. */
export interface KafkaPlace {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly client: Pick<BaseOptions, 'clientId' | 'bootstrapBrokers'>;
  /** How connections are made, for clients to be guarded by. */
  readonly guard: Pick<KafkaGuard, 'world' | 'connection'>;
}

const CONNECT_MS = 5000;
/** Never reached: who does not answer is left before. */
const REQUEST_MS = 60_000;

const BROKER = /^[^\s:/@?#%\\[\]]+:\d{1,5}$|^\[[\da-f:.]+\]:\d{1,5}$/i;
const TOPIC = /^[\w.-]{1,249}$/;
const MECHANISMS = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const;

/** The options `brokers`, `topic`, `tls`, `username`, `password` and `mechanism`, with the values of secrets. Errors `MR3971`, `MR3972`, `MR3506`. */
export function kafkaPlace(options: Options, world: World): KafkaPlace {
  const brokers = textsOption(options, 'brokers', []);
  if (
    brokers.length === 0 ||
    !brokers.every(broker => BROKER.test(broker) && URL.canParse(`http://${broker}`))
  ) {
    throw new SourceError(
      'MR3971',
      `${JSON.stringify(brokers).slice(0, 200)} are no addresses of Kafka brokers.`,
      "Write { brokers: ['localhost:9092'] }.",
    );
  }
  // As a URL is read: numbers are addresses in any form.
  for (const broker of brokers) new AddressGuard(world).check(new URL(`http://${broker}`));
  const { topic, username, password, tls } = options;
  if (typeof topic !== 'string' || !TOPIC.test(topic)) {
    throw new SourceError(
      'MR3972',
      `'${String(topic).slice(0, 80)}' is no name of a topic.`,
      'It is made of letters, digits, and ._-, at most 249 of them.',
    );
  }
  const client: KafkaPlace['client'] = {
    clientId: 'millrace',
    bootstrapBrokers: brokers.map(broker => {
      const at = broker.lastIndexOf(':');
      return { host: broker.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(broker.slice(at + 1)) };
    }),
  };
  const mechanism = choiceOption(options, 'mechanism', ['plain', 'scram-sha-256', 'scram-sha-512'], 'plain');
  const connection: ConnectionOptions = {
    connectTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    ...(tls === true ? { tls: {} } : {}),
    ...(typeof username === 'string' && typeof password === 'string'
      ? { sasl: { mechanism: MECHANISMS[mechanism], username, password } }
      : {}),
  };
  return { brokers, topic, client, guard: { world, connection } };
}

/** Why a client of Kafka failed: its errors hold those that brought them about. */
export function kafkaReason(error: unknown): string {
  const messages: string[] = [];
  const visit = (each: unknown, depth: number): void => {
    if (!(each instanceof Error) || depth > 4) return;
    const { errors, cause } = each as Error & { readonly errors?: unknown; readonly cause?: unknown };
    if (Array.isArray(errors) && errors.length > 0)
      for (const inner of errors.slice(-2)) visit(inner, depth + 1);
    else if (cause !== undefined) visit(cause, depth + 1);
    else if (each.message !== '') messages.push(each.message);
  };
  visit(error, 0);
  if (messages.length === 0) messages.push(error instanceof Error ? error.message : String(error));
  return [...new Set(messages)].join('; ').slice(0, 500);
}

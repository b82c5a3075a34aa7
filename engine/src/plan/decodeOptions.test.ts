import { expect, it } from 'vitest';
import { decodeOptions } from './decodeOptions.js';

it('keeps what decoders read', () => {
  const document = { decode: 'document', rows: 'features', fields: { a: 'b.c' }, key: ['id'], updated: 'at' };
  expect(decodeOptions(document)).toEqual(document);
  const book = {
    decode: 'kraken.book',
    symbols: ['ETH/USD'],
    exact: true,
    depth: 25,
    receivedAt: 'received',
  };
  expect(decodeOptions(book)).toEqual(book);
  const records = {
    decode: 'kafka',
    value: 'avro',
    schemas: { 1: 'string' },
    metadata: { key: 'k' },
    idleUs: 5,
  };
  expect(decodeOptions(records)).toEqual(records);
});

it('keeps nothing else, whatever it is called', () => {
  const secret = 'https://user:hunter2@example.org/?token=hunter2';
  const names = [
    'url',
    'headers',
    'subscribe',
    'body',
    'sasl',
    'snapshotUrl',
    'bearer',
    'pin',
    'cookie',
    'brokers',
    'tls',
  ];
  const options = Object.fromEntries(names.map(name => [name, secret]));
  expect(decodeOptions({ ...options, decode: 'json' })).toEqual({ decode: 'json' });
  expect(JSON.stringify(decodeOptions({ registry: secret, value: 'avro' }))).not.toContain('hunter2');
  expect(decodeOptions({ registry: secret, value: 'avro' })).toEqual({ registry: true, value: 'avro' });
});

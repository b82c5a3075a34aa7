import type { DataType, Field } from '../../columns/types.js';
import type { RecordedTime, RecordingHeader } from '../../sources/recorder.js';
import { damagedHead } from './format.js';

/** The header as it stands in the file. */
export function headerJson(header: RecordingHeader): string {
  return JSON.stringify(header);
}

/** Reads a header: it may hold anything. Error `MR3802`. */
export function parseHeader(json: string, label: string): RecordingHeader {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw damagedHead(label);
  }
  if (!isObject(parsed)) throw damagedHead(label);
  const { name, address, options, fields, time, createdUs } = parsed;
  if (
    typeof name !== 'string' ||
    !(address === null || typeof address === 'string') ||
    !isObject(options) ||
    !(fields === null || (Array.isArray(fields) && fields.length > 0 && fields.every(isField))) ||
    !(time === null || isTime(time)) ||
    !Number.isSafeInteger(createdUs)
  ) {
    throw damagedHead(label);
  }
  return { name, address, options, fields, time, createdUs: createdUs as number };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const PLAIN: readonly DataType['kind'][] = ['boolean', 'int32', 'int64', 'float64', 'string', 'date', 'json'];
const UNITS: readonly unknown[] = ['s', 'ms', 'us', 'ns'];

function isField(value: unknown): value is Field {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    typeof value.nullable === 'boolean' &&
    isObject(value.type) &&
    isType(value.type)
  );
}

function isType(type: Record<string, unknown>): boolean {
  const { kind, unit, precision, scale } = type;
  if (kind === 'timestamp' || kind === 'duration') return UNITS.includes(unit);
  if (kind !== 'decimal') return PLAIN.includes(kind as DataType['kind']);
  return (
    isWhole(precision) &&
    isWhole(scale) &&
    precision >= 1 &&
    precision <= 18 &&
    scale >= 0 &&
    scale <= precision
  );
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}

function isTime(value: unknown): value is RecordedTime {
  if (!isObject(value)) return false;
  const { column, boundUs, idleTimeoutUs, sequence } = value;
  const isDuration = (each: unknown): boolean => each === null || (typeof each === 'number' && each >= 0);
  return (
    typeof column === 'string' &&
    isDuration(boundUs) &&
    isDuration(idleTimeoutUs) &&
    (sequence === null || typeof sequence === 'string')
  );
}

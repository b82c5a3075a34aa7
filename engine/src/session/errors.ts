import { MillraceError } from '../columns/error.js';
import { planHash } from '../plan/hash.js';
import { PlanError } from '../plan/error.js';
import type { WireError } from './protocol.js';

/** An error as it crosses the link. A plan's error names its node by content hash: the client knows the line that made it. */
export function toWireError(error: unknown): WireError {
  if (error instanceof MillraceError) {
    const node = error instanceof PlanError ? planHash(error.node) : null;
    return {
      name: error.name,
      code: error.code,
      message: error.text,
      hint: error.hint,
      origin: error.origin,
      node,
    };
  }
  const name = error instanceof Error ? error.name : 'Error';
  const message = error instanceof Error ? error.message : String(error);
  return { name, code: 'MR9000', message, hint: null, origin: null, node: null };
}

/** The error of the other side, rebuilt: same class name, code, message and hint. */
export function fromWireError(wire: WireError): MillraceError {
  const error = new MillraceError(wire.code, wire.message, wire.hint, wire.origin);
  Object.defineProperty(error, 'name', { value: wire.name, configurable: true });
  return error;
}

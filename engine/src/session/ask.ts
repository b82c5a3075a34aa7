import { MillraceError } from '../columns/error.js';
import { originInPlan } from '../plan/origin.js';
import { currentLink } from './client.js';
import { fromWireError, toWireError } from './errors.js';
import type { HostReplies, HostRequest, WireError } from './protocol.js';

/**
 * Asks the session host. An error of the other side is rebuilt as a `MillraceError` that names the line of the user's code
 * which made the plan's node at fault.
 */
export async function ask<Request extends HostRequest>(
  request: Request,
): Promise<HostReplies[Request['type']]> {
  try {
    return await currentLink().request(request);
  } catch (error) {
    if (error instanceof Error && !(error instanceof MillraceError)) throw error;
    const wire = error instanceof Error ? toWireError(error) : (error as WireError);
    const plan = 'plan' in request ? request.plan : null;
    const origin = plan !== null && wire.node !== null ? originInPlan(plan, wire.node) : null;
    throw fromWireError({ ...wire, origin: wire.origin ?? origin });
  }
}

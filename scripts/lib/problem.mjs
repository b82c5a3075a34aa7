/** Something the user can mend: one sentence that says what to do. It is shown alone, without a stack. */
export class Problem extends Error {}

/** Shows an error on stderr and makes the process end with 1. */
export function tellProblem(error) {
  console.error(error instanceof Problem ? error.message : error);
  process.exitCode = 1;
}

const NETWORK =
  /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network|Temporary failure in name resolution|Name or service not known|NewConnectionError|ConnectTimeoutError|Could not resolve|Max retries exceeded|Failed to establish a new connection|\(from versions: none\)/i;

/** Whether the output of a package manager says that the network is missing. */
export function isNetworkFailure(output) {
  return NETWORK.test(output);
}

/** CPU time of a page's main thread so far, in ms, of a session of the Chrome DevTools protocol with `Performance` on. */
export async function busy(client) {
  const { metrics } = await client.send('Performance.getMetrics');
  const of = name => metrics.find(metric => metric.name === name)?.value;
  return (of('ThreadTime') ?? of('TaskDuration')) * 1000;
}

/** CPU time of all processes of a browser so far, in ms: of workers and of what draws, too. */
export async function browserBusy(browser) {
  const client = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await client.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((total, { cpuTime }) => total + cpuTime, 0) * 1000;
  } finally {
    await client.detach();
  }
}

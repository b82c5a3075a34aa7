// `node scripts/kafka.mjs start | stop`: a Kafka broker on this machine alone, for tests.
// Old versions of Node read this file too: it only looks at the version and keeps to old syntax.
var found = process.versions.node;
var parts = found.split('.').map(Number);

if (parts[0] > 20 || (parts[0] === 20 && parts[1] >= 19)) {
  import('./lib/kafka.mjs').then(function (kafka) {
    return kafka.main(process.argv.slice(2));
  });
} else {
  console.error(
    'Millrace needs Node 20.19 or later and this is Node ' +
      found +
      ': install a current one from https://nodejs.org and start again.',
  );
  process.exitCode = 1;
}

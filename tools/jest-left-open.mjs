import { writeFileSync } from 'node:fs';

/**
 * After the last test, says what keeps the tests' process alive, if anything does: a runner that has
 * to end it can only tell that there was something. It is also left beside the report, because a
 * process whose event loop has ended, so that nothing is open, may stay all the same.
 */
const TELL_AFTER_MS = 5_000;

export default function tellWhatIsOpen({ outputFile }) {
  setTimeout(() => {
    const handles = process['_getActiveHandles']().map(describe);
    const told = [
      `left open by the tests: ${handles.join('; ') || 'no handle'}`,
      `resources: ${process.getActiveResourcesInfo().join(', ')}`,
    ].join('\n');
    console.error(told);
    if (outputFile) writeFileSync(`${outputFile}.left-open`, told);
  }, TELL_AFTER_MS).unref();
}

function describe(handle) {
  const { localPort, remoteAddress, remotePort, pid, spawnargs, fd } = handle;
  const what = { localPort, remoteAddress, remotePort, pid, spawnargs, fd };
  return `${handle.constructor?.name} ${JSON.stringify(what)}`;
}

/**
 * After the last test, says what keeps the tests' process alive, if anything does: a runner that has
 * to end it can only tell that there was something.
 */
const TELL_AFTER_MS = 5_000;

export default function tellWhatIsOpen() {
  setTimeout(() => {
    const handles = process['_getActiveHandles']().map(describe);
    console.error(`left open by the tests: ${handles.join('; ') || 'no handle'}`);
    console.error(`resources: ${process.getActiveResourcesInfo().join(', ')}`);
  }, TELL_AFTER_MS).unref();
}

function describe(handle) {
  const { localPort, remoteAddress, remotePort, pid, spawnargs, fd } = handle;
  const what = { localPort, remoteAddress, remotePort, pid, spawnargs, fd };
  return `${handle.constructor?.name} ${JSON.stringify(what)}`;
}

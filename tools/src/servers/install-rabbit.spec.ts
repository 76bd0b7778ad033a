import { describe, expect, it } from '@jest/globals';
import { installObstacle } from './install-rabbit.js';

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian';
const MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"';
const FEDORA = 'ID=fedora\nVARIANT="not debian"';

describe('installing RabbitMQ', () => {
  it.each([
    // on      apt    root   is
    [DEBIAN, true, true, undefined],
    [MINT, true, true, undefined],
    [DEBIAN, true, false, 'sudo apt-get install'],
    [DEBIAN, false, true, 'only done on Debian and Ubuntu'],
    [FEDORA, true, true, 'only done on Debian and Ubuntu'],
    ['', false, false, 'only done on Debian and Ubuntu'],
  ])('on %j, apt-get %s, root %s', (osRelease, hasAptGet, isRoot, obstacle) => {
    const found = installObstacle({ osRelease, hasAptGet, isRoot });
    if (obstacle === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(obstacle);
  });
});

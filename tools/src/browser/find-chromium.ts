import { existsSync } from 'node:fs';
import {
  type DebianPackage,
  installFacts,
  installObstacle,
  installPackage,
} from '../servers/install-rabbit.js';

/** No browser can be found or installed; the message says what was tried and what would help. */
export class NoBrowser extends Error {}

/** A third of the size of the whole browser, and the same engine without a window. */
const PACKAGE: DebianPackage = {
  name: 'chromium-headless-shell',
  elsewhere: 'install Chrome or Chromium, and set CHROMIUM to its program',
};

/** Ubuntu's chromium is a snap, which cannot read the files of a test: it is not among them. */
const PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/lib/chromium/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The program of a Chromium of this machine: CHROMIUM, else where packages put it. */
export function installedChromium(told = process.env['CHROMIUM']?.trim()): string | undefined {
  if (told) {
    if (existsSync(told)) return told;
    throw new NoBrowser(`CHROMIUM names ${told}, which does not exist.`);
  }
  return PLACES.find((place) => existsSync(place));
}

/** The same; where there is none, it is installed. */
export async function findChromium(say: (line: string) => void): Promise<string> {
  const found = installedChromium();
  if (found !== undefined) return found;
  const obstacle = installObstacle(installFacts(), PACKAGE);
  if (obstacle !== undefined) {
    throw new NoBrowser(
      `There is no Chromium for the tests of the pages, and CHROMIUM is not set. Installing ` +
        `${PACKAGE.name} is ${obstacle}.`,
    );
  }
  say(`Chromium is not on this machine; installing it with apt-get (${PACKAGE.name})`);
  await installPackage(PACKAGE.name, (text) => process.stdout.write(text));
  const installed = installedChromium();
  if (installed === undefined) throw new NoBrowser(`${PACKAGE.name} has not brought a Chromium.`);
  return installed;
}

import { setFlagsFromString } from 'node:v8';

/**
 * This app waits most of the time, and then hashes passwords outside the heap: a small heap costs
 * it nothing. While the modules of the app load, the space for new objects would grow to 16 MB, and
 * it would stay so. A Node that does not know a flag says so on stderr, and goes on.
 */
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--optimize-for-size');

// The flags are set before the modules of the app are read.
import './small-heap.js';

await import('./serve.js');

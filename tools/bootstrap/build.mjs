import { join } from 'node:path';
import { Missing, run, say } from './steps.mjs';

/** Builds every package whose sources changed since it was last built. */
export async function build(root) {
  const turbo = join(root, 'node_modules', '.bin', 'turbo');
  const { code, output } = await run(turbo, ['run', 'build', '--output-logs=errors-only'], {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  if (code !== 0) throw new Missing(`The build failed:\n\n${output.trim()}`);
  // turbo's summary: "Cached:    13 cached, 13 total"
  const [, cached, total] = /Cached:\s+(\d+) cached, (\d+) total/.exec(output) ?? [];
  if (total === undefined || cached !== total) {
    const built = total === undefined ? 'the packages' : `${total - cached} of ${total} packages`;
    say(`built ${built}`);
  } else {
    say('nothing to build');
  }
}

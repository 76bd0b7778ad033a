import * as fc from 'fast-check';

/** How often each kind of outcome came, so that a fuzz that refuses everything is seen. */
export type Tally = Record<string, number>;

/**
 * Puts `runs` inputs to a check, which throws on a breach and may name the kind of outcome. Says
 * seed and outcomes; FUZZ_SEED repeats a run, FUZZ_RUNS multiplies the inputs (10 = ten times).
 */
export async function fuzz<Input>(
  name: string,
  runs: number,
  inputs: fc.Arbitrary<Input>,
  check: (input: Input) => Promise<string | void> | string | void,
): Promise<Tally> {
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const numRuns = Math.ceil(runs * Number(process.env.FUZZ_RUNS ?? 1));
  const tally: Tally = {};
  const startedMs = performance.now();
  const property = fc.asyncProperty(inputs, async (input) => {
    const outcome = (await named(check, input)) ?? 'checked';
    tally[outcome] = (tally[outcome] ?? 0) + 1;
  });
  await fc.assert(property, { seed, numRuns });
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  const outcomes = JSON.stringify(tally);
  process.stderr.write(`fuzz ${name}: FUZZ_SEED=${seed} ${numRuns} in ${seconds} s ${outcomes}\n`);
  return tally;
}

/** Bytes are told as the text that they nearly are. */
async function named<Input>(
  check: (input: Input) => Promise<string | void> | string | void,
  input: Input,
): Promise<string | void> {
  try {
    return await check(input);
  } catch (error) {
    if (!Buffer.isBuffer(input) || !(error instanceof Error)) throw error;
    error.message += `\nthe input as text: ${input.toString().slice(0, 2_000)}`;
    throw error;
  }
}

/**
 * The shortest and smallest list found for which `fails` still answers true, by leaving out blocks
 * of choices, making them 0 and making them smaller; `fails` is asked at most `triesMax` times.
 */
export async function shrink(
  choices: readonly number[],
  fails: (choices: readonly number[]) => Promise<boolean>,
  triesMax = 3_000,
): Promise<readonly number[]> {
  let best = withoutTail(choices);
  let tries = 0;
  const isBetter = async (candidate: readonly number[]): Promise<boolean> => {
    if (tries++ >= triesMax || !(await fails(candidate))) return false;
    best = withoutTail(candidate);
    return true;
  };
  for (let before = ''; before !== best.join() && tries < triesMax; ) {
    before = best.join();
    for (let size = Math.max(1, best.length >> 1); size >= 1; size >>= 1) {
      for (let at = best.length - size; at >= 0; at -= size) {
        const [head, tail] = [best.slice(0, at), best.slice(at + size)];
        if (await isBetter([...head, ...tail])) continue;
        if (best.slice(at, at + size).every((choice) => choice === 0)) continue;
        await isBetter([...head, ...Array<number>(size).fill(0), ...tail]);
      }
    }
    for (let at = 0; at < best.length; at++) {
      for (let less = 1; less < (best[at] ?? 0); less++) {
        if (await isBetter(best.with(at, less))) break;
      }
    }
  }
  return best;
}

/** What is not in the list is 0 anyway. */
function withoutTail(choices: readonly number[]): readonly number[] {
  const last = choices.findLastIndex((choice) => choice !== 0);
  return choices.slice(0, last + 1);
}

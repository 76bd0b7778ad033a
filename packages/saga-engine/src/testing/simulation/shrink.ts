type Choices = readonly number[];

/** How many choices the one that is made 0 may have asked for. */
const FOLLOWERS_MAX = 3;

/**
 * The shortest and smallest list found for which `fails` still answers true, by leaving out blocks
 * of choices, making them 0 and making them smaller; `fails` is asked at most `triesMax` times.
 */
export async function shrink(
  choices: Choices,
  fails: (choices: Choices) => Promise<boolean>,
  triesMax: number,
): Promise<Choices> {
  let best = withoutTail(choices);
  let tries = 0;
  const isBetter = async (candidate: Choices): Promise<boolean> => {
    if (tries >= triesMax) return false;
    tries++;
    if (!(await fails(candidate))) return false;
    best = withoutTail(candidate);
    return true;
  };
  for (let before = ''; before !== best.join() && tries < triesMax; ) {
    before = best.join();
    for (let size = best.length >> 1; size >= 1; size >>= 1) {
      for (let at = best.length - size; at >= 0; at -= size) {
        await isBetter([...best.slice(0, at), ...best.slice(at + size)]);
      }
    }
    for (let at = best.length - 1; at >= 0; at--) await calm(best, at, isBetter);
  }
  return best;
}

/** Makes one choice uneventful, with or without the choices that followed from it, or smaller. */
async function calm(
  best: Choices,
  at: number,
  isBetter: (candidate: Choices) => Promise<boolean>,
): Promise<void> {
  const choice = best[at] ?? 0;
  if (choice === 0) return;
  for (let followers = FOLLOWERS_MAX; followers >= 0; followers--) {
    const rest = best.slice(at + 1 + followers);
    if (await isBetter([...best.slice(0, at), 0, ...rest])) return;
  }
  for (let less = 1; less < choice; less++) if (await isBetter(best.with(at, less))) return;
}

/** What is not in the list is 0 anyway. */
function withoutTail(choices: Choices): Choices {
  const last = choices.findLastIndex((choice) => choice !== 0);
  return choices.slice(0, last + 1);
}

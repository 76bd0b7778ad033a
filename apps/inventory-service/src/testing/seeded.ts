/** Random choices that a seed repeats: a failing run is run again by its seed. */
export function seeded(seed: number) {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    /** 0 … n - 1 */
    upTo: (n: number) => Math.floor(next() * n),
    of: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!,
  };
}

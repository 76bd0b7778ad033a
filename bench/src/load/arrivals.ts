/**
 * When independent buyers come: milliseconds from the start, ascending, at so many a
 * second on average. They come in bunches and with gaps (a Poisson process), as in a shop.
 */
export function arrivalsMs(perSecond: number, seconds: number, random: () => number): number[] {
  const arrivals: number[] = [];
  const gapMs = () => (-Math.log(1 - random()) * 1000) / perSecond;
  for (let atMs = gapMs(); atMs < seconds * 1000; atMs += gapMs()) arrivals.push(atMs);
  return arrivals;
}

/** A Date whose present is off by so much; dates that are said stay what they are. Pure. */
export function shiftedDate(real: DateConstructor, shiftMs: number): DateConstructor {
  const nowMs = (): number => real.now() + shiftMs;
  return new Proxy(real, {
    construct: (target, words: [], newTarget) =>
      Reflect.construct(target, words.length === 0 ? [nowMs()] : words, newTarget) as Date,
    apply: () => new real(nowMs()).toString(),
    get: (target, name, receiver) =>
      name === 'now' ? nowMs : (Reflect.get(target, name, receiver) as unknown),
  });
}

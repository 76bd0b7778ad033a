/** "a, b" → ["a", "b"] */
export function commaList(list: string): string[] {
  return list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

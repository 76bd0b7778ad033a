/** One block of commands of a README, and what it says that they print. */
export interface ReadmeStep {
  readonly commands: string;
  readonly prints: readonly string[];
}

const BLOCK = /^```(sh|text)\n([^]*?)^```$/gm;

/** The commands of a README in their order. A text block right after commands is what they print. */
export function stepsOf(readme: string): ReadmeStep[] {
  const steps: { commands: string; prints: string[] }[] = [];
  let endOfCommands = -1;
  for (const match of readme.matchAll(BLOCK)) {
    const [whole, kind, text] = match as unknown as [string, string, string];
    const between = readme.slice(endOfCommands, match.index).trim();
    if (kind === 'sh') steps.push({ commands: text, prints: [] });
    else if (between === '' && endOfCommands !== -1) {
      steps.at(-1)!.prints.push(...text.trimEnd().split('\n'));
    }
    endOfCommands = kind === 'sh' ? match.index + whole.length : -1;
  }
  return steps;
}

/** The lines of a README that an output lacks: each must come after the one before. */
export function missingLines(output: string, prints: readonly string[]): string[] {
  const lines = output.split('\n');
  let from = 0;
  return prints.filter((wanted) => {
    const pattern = new RegExp(`^${wanted.split('…').map(escaped).join('.*')}$`);
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    if (at !== -1) from = at + 1;
    return at === -1;
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

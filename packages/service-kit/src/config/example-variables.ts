const VARIABLE = /^#?([A-Z][A-Z0-9_]*)=/gm;

/** The variables that an `.env.example` names, those that are commented out too. Pure. */
export function exampleVariables(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map(([, name]) => name!);
}

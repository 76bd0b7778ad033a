export function pnpmProgram(prefix: string): string;
export function writePnpmEntry(prefix: string): string;

import { ERROR_CODES, type ErrorCodeName } from '@backstitch/shared-types';
import type { ErrorExplanation } from './error-explanations.js';

/** A page about one code of the registry, for people. Pure. */
export function problemPageHtml({ code, happened, advice }: ErrorExplanation): string {
  const heading = `${code}: ${titleOf(code)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(heading)}</title>
</head>
<body>
<h1>${escaped(heading)}</h1>
<p>${statusOf(code)}</p>
<h2>What happened</h2>
<p>${markedUp(happened)}</p>
${advice === undefined ? '' : `<h2>What to do</h2>\n<p>${markedUp(advice)}</p>\n`}</body>
</html>
`;
}

export function problemPageText({ code, happened, advice }: ErrorExplanation): string {
  const parts = [`${code}: ${titleOf(code)}`, statusOf(code), `What happened: ${happened}`];
  if (advice !== undefined) parts.push(`What to do: ${advice}`);
  return `${parts.join('\n\n')}\n`;
}

function titleOf(code: string): string {
  return ERROR_CODES[code as ErrorCodeName].title;
}

function statusOf(code: string): string {
  const entry = ERROR_CODES[code as ErrorCodeName];
  return 'status' in entry ? `HTTP status ${entry.status}` : 'Only the queues see it.';
}

/** Markdown's `code`; nothing else of it is in the tables. */
function markedUp(text: string): string {
  return escaped(text).replace(/`([^`]*)`/g, '<code>$1</code>');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

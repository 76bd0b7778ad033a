import { type IncomingHttpHeaders } from 'node:http';
import { MIMEType } from 'node:util';
import { Problem } from './problem.js';

/** Content of these has no meaning (RFC 9110, 9.3), and it is not read. */
const WITHOUT_CONTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);
/** As nearly every client writes it: these need no parser. */
const USUAL: ReadonlySet<string> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
]);
const UTF_8: ReadonlySet<string> = new Set(['utf-8', 'utf8']);

/**
 * The refusal of content that its own headers say is not plain JSON in UTF-8; undefined when it may
 * be read, and when there is none: headers about content say nothing about a request without it.
 */
export function refusalOfContent(
  method: string,
  headers: IncomingHttpHeaders,
): Problem | undefined {
  if (WITHOUT_CONTENT.has(method) || !hasContent(headers)) return undefined;
  return refusalOfCoding(headers) ?? refusalOfType(headers['content-type']);
}

function hasContent(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function refusalOfCoding(headers: IncomingHttpHeaders): Problem | undefined {
  const codings = listOf(headers['content-encoding']).filter((coding) => coding !== 'identity');
  const transfers = listOf(headers['transfer-encoding']).filter((coding) => coding !== 'chunked');
  if (codings.length === 0 && transfers.length === 0) return undefined;
  return new Problem('UNSUPPORTED_CONTENT_ENCODING', undefined, {
    headers: { 'accept-encoding': 'identity' },
  });
}

/** The members of a list of tokens, which are the same in any case; empty ones do not count. */
function listOf(header: string | undefined): string[] {
  if (header === undefined) return [];
  const members = header.split(',').map((member) => member.trim().toLowerCase());
  return members.filter((member) => member !== '');
}

function refusalOfType(header: string | undefined): Problem | undefined {
  if (header !== undefined && USUAL.has(header)) return undefined;
  const type = typeOf(header);
  if (type?.essence !== 'application/json') return new Problem('UNSUPPORTED_CONTENT_TYPE');
  const charset = type.params.get('charset');
  if (charset === null || UTF_8.has(charset.trim().toLowerCase())) return undefined;
  return new Problem('UNSUPPORTED_CONTENT_TYPE', 'The body must be application/json in UTF-8');
}

function typeOf(header: string | undefined): MIMEType | undefined {
  if (header === undefined) return undefined;
  try {
    return new MIMEType(header);
  } catch {
    return undefined;
  }
}

/** PostgreSQL has no place for a NUL, and jsonb none for half a character. Pure. */
export function storableText(text: string): string {
  return text.replace(/\0|\p{Cs}/gu, '');
}

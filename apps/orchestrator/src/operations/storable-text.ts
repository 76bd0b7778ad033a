/** PostgreSQL cannot store a NUL, and jsonb no unpaired surrogate. Pure. */
export function storableText(text: string): string {
  return text.replace(/\0|\p{Cs}/gu, '');
}

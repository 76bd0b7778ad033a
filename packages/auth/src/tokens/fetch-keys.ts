import type { FetchImplementation } from 'jose';

/** Hundreds of keys are shorter. */
const BYTES_MAX = 256 * 1024;

/**
 * Fetches public keys. Rejects when the answer is longer than 256 KB, before it fills the memory.
 * Redirects are not followed: the library asks for that.
 */
export const fetchKeys: FetchImplementation = async (url, options) => {
  const response = await fetch(url, options);
  if (response.status !== 200) {
    await response.body?.cancel();
    return response;
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX) throw new Error(`the answer is longer than ${BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks));
};

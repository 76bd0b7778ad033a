import { timingSafeEqual } from 'node:crypto';
import { isUuid } from '@backstitch/shared-types';
import type { Sealing } from '../sealing/sealing.js';

/** What a refresh token says; whether it is true, `isGenuine` says. */
export interface RefreshToken {
  sid: string;
  generation: number;
  mac: Buffer;
}

const FORM = /^([0-9a-f-]{36})\.(0|[1-9]\d{0,8})\.([\w-]{43})$/;

/** `sid.generation.mac`, of which only the generation differs from token to token of a session. */
export function refreshToken(
  sealing: Sealing,
  { sid, seed, generation }: { sid: string; seed: Buffer; generation: number },
): string {
  return `${sid}.${generation}.${macOf(sealing, seed, sid, generation).toString('base64url')}`;
}

/** Undefined for a text that is no refresh token. Pure. */
export function readRefreshToken(text: string): RefreshToken | undefined {
  const [, sid, generation, mac] = FORM.exec(text) ?? [];
  if (sid === undefined || !isUuid(sid)) return undefined;
  return { sid, generation: Number(generation), mac: Buffer.from(mac!, 'base64url') };
}

/** Whether this server made the token for the session with this seed. */
export function isGenuine(sealing: Sealing, seed: Buffer, token: RefreshToken): boolean {
  const { sid, generation, mac } = token;
  return timingSafeEqual(mac, macOf(sealing, seed, sid, generation));
}

function macOf(sealing: Sealing, seed: Buffer, sid: string, generation: number): Buffer {
  return sealing.mac('refresh-tokens', seed, sid, String(generation));
}

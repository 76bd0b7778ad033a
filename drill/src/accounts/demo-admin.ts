import { pathToFileURL } from 'node:url';
import { DEMO_ACCOUNTS } from '@backstitch/shared-types';
import { appFile } from '@backstitch/tools';
import type { Login } from './accounts-client.js';

const STEP_MS = 30_000;

interface OneTimePasswords {
  bytesOfBase32: (text: string) => Buffer;
  totpCode: (secret: Buffer, step: number) => string;
}

/** How the demo admin logs in now, with the code of its authenticator. */
export async function demoAdminLogin(nowMs = Date.now()): Promise<Login> {
  const { email, password, totpSecret } = DEMO_ACCOUNTS.find(({ roles }) =>
    roles.includes('admin'),
  )!;
  const file = appFile('identity-service', 'totp/totp.js');
  const { bytesOfBase32, totpCode } = (await import(pathToFileURL(file).href)) as OneTimePasswords;
  const step = Math.floor(nowMs / STEP_MS);
  return { email, password, otp: totpCode(bytesOfBase32(totpSecret!), step) };
}

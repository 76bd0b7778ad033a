import { Controller, Get, Header, Inject } from '@nestjs/common';
import type { JWK } from 'jose';
import { KeyRing } from './key-ring.service.js';

/** The public keys by which anybody verifies an access token. */
@Controller('.well-known')
export class JwksController {
  constructor(@Inject(KeyRing) private readonly keys: KeyRing) {}

  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=30')
  async jwks(): Promise<{ keys: JWK[] }> {
    return { keys: [...(await this.keys.publicKeysNow()).values()] };
  }
}

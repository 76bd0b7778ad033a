import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ResetRequest } from '../accounts/accounts.dto.js';
import { ClientNetworks } from '../attempts/client-networks.js';
import { PasswordsHandler } from '../passwords/passwords.handler.js';
import { BootstrapHandler } from './bootstrap.handler.js';

/** Takes the link that `pnpm identity bootstrap` printed. No route makes one. */
@Controller('api/auth')
export class BootstrapController {
  constructor(
    @Inject(BootstrapHandler) private readonly bootstrap: BootstrapHandler,
    @Inject(PasswordsHandler) private readonly passwords: PasswordsHandler,
    @Inject(ClientNetworks) private readonly networks: ClientNetworks,
  ) {}

  @Post('bootstrap')
  @HttpCode(204)
  accept(@Body() body: ResetRequest, @Req() request: FastifyRequest): Promise<void> {
    return this.bootstrap.accept(body, this.passwords, this.networks.of(request));
  }
}
